//! Many profiles: from any format to any format, whole or not at all, and nothing lost on the way.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use werkvorm::{ProfileFormat, builtin, profile_from_str};

use crate::{Numbers, Outcome, Run, folder, listing, personas, root, werkvorm, with_small};

fn read(folder: &TempDir, file: &str) -> String {
    std::fs::read_to_string(folder.path().join(file)).unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The personas as JSON.
fn profiles() -> Vec<Value> {
    let profile = |file: &String| {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        serde_json::to_value(profile_from_str(file, &text, ProfileFormat::Toml).unwrap()).unwrap()
    };
    let mut profiles: Vec<_> = personas().iter().map(profile).collect();
    // More of what a table must be able to hold.
    profiles[1]["weights"] = json!({ "goal": 3, "context": 0 });
    profiles[2]["weights"] = json!({ "phase": 2 });
    profiles[3]["trait"] = json!([]);
    profiles[4].as_object_mut().unwrap().remove("title");
    profiles
}

fn ndjson(profiles: &[Value]) -> String {
    profiles.iter().map(|profile| format!("{profile}\n")).collect()
}

/// Random profiles that fit the small pack.
fn many(count: usize) -> String {
    let mut numbers = Numbers(0x0bad_cafe_1234_5678);
    let mut text = String::new();
    for at in 0..count {
        let traits = ["[]", "[\"low-literacy\"]", "[\"loneliness\"]", "[\"low-literacy\", \"loneliness\"]"];
        let (trait_, size) = (traits[numbers.below(4)], 1 + numbers.below(60));
        text += &format!("{{\"title\": \"{at}\", \"trait\": {trait_}, \"group_size\": {size}}}\n");
    }
    text
}

/// A run of a batch in a folder: exit code, and what it says.
fn batch(inside: &TempDir, arguments: &[&str]) -> Outcome {
    werkvorm(&[&["batch"], arguments, &["--lang", "en"]].concat()).inside(inside).run()
}

/// The same on the small pack.
fn batch_small(arguments: &[&str]) -> Run {
    with_small(&[&["batch"], arguments, &["--lang", "en"]].concat())
}

fn check_fine(outcome: &Outcome) {
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""), "{}", outcome.err);
}

#[test]
fn the_same_as_recommend() {
    let folder = folder(&[("in.ndjson", &ndjson(&profiles()))]);
    for explain in ["none", "ids", "full"] {
        let file = format!("{explain}.ndjson");
        check_fine(&batch(&folder, &["in.ndjson", &file, "--top", "3", "--explain", explain]));
    }
    let rows = |explain: &str| lines(&read(&folder, &format!("{explain}.ndjson")));
    let [none, ids, full] = ["none", "ids", "full"].map(rows);
    for (at, profile) in profiles().iter().enumerate() {
        let advice = werkvorm(&["recommend", "-", "--format", "json", "--top", "3"])
            .input(profile.to_string())
            .good_json();
        for row in [&none[at], &ids[at], &full[at]] {
            assert_eq!(row["row"], json!(at + 1));
            let title = &profile["title"];
            assert_eq!(row["title"], *title.get("nl").unwrap_or(title));
            assert_eq!(row["methods"].as_array().unwrap().len(), 3);
        }
        for (place, method) in advice["methods"].as_array().unwrap().iter().enumerate() {
            for row in [&none[at], &ids[at], &full[at]] {
                for field in ["rank", "id", "total", "fit"] {
                    assert_eq!(row["methods"][place][field], method[field], "{field} of {row}");
                }
            }
            assert_eq!(full[at]["methods"][place]["explanation"], *method);
            assert_eq!(none[at]["methods"][place].as_object().unwrap().len(), 4);
            // Every rule that counts is among those that hold; guidelines hold without counting.
            let rules: BTreeSet<&str> = strings(&ids[at]["methods"][place]["rules"]).collect();
            let named = ["reasons", "cautions"].map(|part| method[part].as_array().unwrap().clone()).concat();
            for reason in &named {
                assert!(rules.contains(reason["rule"].as_str().unwrap()), "{reason}");
            }
            let pack = builtin().pack();
            for rule in rules {
                let rule = pack.rules.iter().find(|known| known.id == rule).unwrap();
                let counts = matches!(rule.effect, werkvorm::Effect::Points(points) if points != 0)
                    || rule.effect == werkvorm::Effect::Caution;
                let is_named = named.iter().any(|reason| reason["rule"] == *rule.id);
                assert!(!counts || is_named, "{} holds and is not named", rule.id);
            }
        }
    }
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap())
}

#[test]
fn bad_rows_are_told_and_kept() {
    let long = format!("{{\"title\": \"{}\"}}", "x".repeat(200_000));
    let deep = "[".repeat(3_000);
    let input = [
        &b"\xef\xbb\xbf{\"trait\": [\"loneliness\"]}\n"[..],
        b"\n   \n",
        b"hello\r\n",
        b"{\"colour\": \"red\", \"group_size\": 0}\n",
        b"{\"title\": \"caf\xe9\"}\n",
        long.as_bytes(),
        b"\n",
        b"{\"trait\": [], \"trait\": []}\n",
        b"null\n",
        b"{}\n",
        deep.as_bytes(),
        b"\n{\"group_size\": 5",
    ]
    .concat();
    let folder = folder(&[]);
    std::fs::write(folder.path().join("in.jsonl"), &input).unwrap();
    let outcome = batch_small(&["in.jsonl", "out.ndjson"]).inside(&folder).run();
    assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{}", outcome.err);
    let said = outcome.err.replace('\n', " ");
    assert!(said.contains("Profiles read: 10. Answers in out.ndjson: 2."), "{said}");
    assert!(
        said.contains("Profiles with mistakes: 8. They are in out.ndjson.bad.ndjson, with what is wrong."),
        "{said}"
    );
    let rows: Vec<_> = lines(&read(&folder, "out.ndjson")).iter().map(|row| row["row"].clone()).collect();
    assert_eq!(rows, [1, 8]);
    let bad = lines(&read(&folder, "out.ndjson.bad.ndjson"));
    let shown: Vec<String> = bad
        .iter()
        .map(|bad| {
            let codes: Vec<_> = bad["problems"]
                .as_array()
                .unwrap()
                .iter()
                .map(|problem| problem["code"].as_str().unwrap())
                .collect();
            for label in bad["problems"].as_array().unwrap().iter().map(|problem| &problem["labels"][0]) {
                assert_eq!((&label["file"], &label["line"]), (&json!("in.jsonl"), &bad["line"]));
            }
            format!("{} on {}: {}", bad["row"], bad["line"], codes.join(" "))
        })
        .collect();
    let want = [
        "2 on 4: WV0508",
        "3 on 5: WV0501 WV0504",
        "4 on 6: WV0512",
        "5 on 7: WV0509",
        "6 on 8: WV0510",
        "7 on 9: WV0508",
        "9 on 11: WV0508",
        "10 on 12: WV0508",
    ];
    assert_eq!(shown, want);
    assert_eq!(bad[0]["text"], "hello");
    assert_eq!(bad[1]["text"], "{\"colour\": \"red\", \"group_size\": 0}");
    assert_eq!(bad[2]["text"], "{\"title\": \"caf\u{fffd}\"}");
    assert_eq!(bad[3]["text"].as_str().unwrap(), &long[..werkvorm::MAX_PROFILE_BYTES]);
    assert_eq!(
        listing(&folder),
        ["in.jsonl", "out.ndjson", "out.ndjson.bad.ndjson"].map(String::from).into()
    );
}

#[test]
fn nothing_but_bad_rows_and_nothing_at_all() {
    for (text, code) in [("no\nno\n", 2), ("", 0), ("\n\n", 0)] {
        let folder = folder(&[("in.ndjson", text)]);
        for out in ["out.ndjson", "out.arrow", "out.parquet"] {
            if cfg!(not(feature = "arrow")) && out != "out.ndjson" {
                continue;
            }
            assert_eq!(batch_small(&["in.ndjson", out]).inside(&folder).run().code, code);
            #[cfg(feature = "arrow")]
            assert_eq!(tables::rows(&folder.path().join(out)), [] as [Value; 0]);
            assert_eq!(folder.path().join(format!("{out}.bad.ndjson")).exists(), code == 2);
        }
    }
}

/// Whatever stands on the lines, each comes out once, in order, on one side or the other.
#[test]
fn nothing_is_lost() {
    const PARTS: [&[u8]; 16] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"\"",
        b"\\",
        b"\"trait\"",
        b"\"loneliness\"",
        b"\xff",
        b"\0",
        b"null",
        b" ",
        b"\xef\xbb\xbf",
        b"12",
    ];
    let mut numbers = Numbers(0x5eed_0000_4321_8765);
    let mut text: Vec<u8> = Vec::new();
    let mut given = 0;
    for _ in 0..3_000 {
        let start = text.len();
        match numbers.below(5) {
            0 => text.extend(
                (0..numbers.below(60))
                    .map(|_| u8::try_from(numbers.below(256)).unwrap())
                    .filter(|byte| *byte != b'\n'),
            ),
            1 => (0..numbers.below(12)).for_each(|_| text.extend(PARTS[numbers.below(PARTS.len())])),
            2 => {
                text.extend(br#"{"trait": ["loneliness"], "group_size": 12, "title": "t"}"#);
                let at = start + numbers.below(text.len() - start);
                text[at] = b"\"'[]{}:=, #1a"[numbers.below(13)];
            }
            _ => text.extend(br#"{"trait": ["loneliness"], "group_size": 12}"#),
        }
        given += usize::from(!text[start..].trim_ascii().is_empty());
        text.push(b'\n');
    }
    let folder = folder(&[]);
    std::fs::write(folder.path().join("in.ndjson"), &text).unwrap();
    let outcome = batch_small(&["in.ndjson", "out.ndjson", "--explain", "none"]).inside(&folder).run();
    assert_eq!(outcome.code, 2);
    let numbers = |file: &str| -> Vec<u64> {
        lines(&read(&folder, file)).iter().map(|row| row["row"].as_u64().unwrap()).collect()
    };
    let (good, bad) = (numbers("out.ndjson"), numbers("out.ndjson.bad.ndjson"));
    assert!(good.is_sorted() && bad.is_sorted() && good.len() > 100 && bad.len() > 100);
    let mut all = [good, bad].concat();
    all.sort_unstable();
    assert_eq!(all, (1..=given as u64).collect::<Vec<_>>());
    let whole = String::from_utf8_lossy(&text).into_owned();
    let whole: Vec<_> = whole.split('\n').collect();
    for bad in lines(&read(&folder, "out.ndjson.bad.ndjson")) {
        let line = whole[usize::try_from(bad["line"].as_u64().unwrap()).unwrap() - 1];
        let line = line.strip_suffix('\r').unwrap_or(line);
        assert_eq!(
            bad["text"].as_str().unwrap(),
            line.strip_prefix('\u{feff}').filter(|_| bad["line"] == 1).unwrap_or(line)
        );
        assert!(!bad["problems"].as_array().unwrap().is_empty());
    }
}

#[test]
fn standard_input_and_output() {
    let text = ndjson(&profiles());
    let folder = folder(&[("in.ndjson", &text)]);
    check_fine(&batch(&folder, &["in.ndjson", "out.ndjson"]));
    let want = read(&folder, "out.ndjson");
    let piped = werkvorm(&["batch", "-", "-"]).input(&text).run();
    assert_eq!((piped.code, &piped.out), (0, &want), "{}", piped.err);
    assert_eq!(batch(&folder, &["in.ndjson", "-"]).out, want);
    let outcome = werkvorm(&["batch", "-", "piped.ndjson"]).inside(&folder).input(&text).run();
    check_fine(&outcome);
    assert_eq!(read(&folder, "piped.ndjson"), want);
    // Bad rows go to standard error, or to a file of their own.
    let outcome = werkvorm(&["batch", "-", "-", "--lang", "en"]).input(format!("no\n{text}")).run();
    assert_eq!((outcome.code, lines(&outcome.out).len()), (2, profiles().len()));
    assert_eq!(serde_json::from_str::<Value>(outcome.err.lines().next().unwrap()).unwrap()["row"], 1);
    let run = || werkvorm(&["batch", "-", "-", "--bad", "bad.ndjson"]).inside(&folder);
    assert_eq!(run().input(format!("no\n{text}")).run().code, 2);
    assert_eq!(lines(&read(&folder, "bad.ndjson")).len(), 1);
    assert!(run().input(&text).run().err.contains("--force"));
    let files = ["bad.ndjson", "in.ndjson", "out.ndjson", "piped.ndjson"].map(String::from);
    assert_eq!(listing(&folder), files.into());
}

#[test]
fn a_closed_pipe_ends_a_batch() {
    let folder = folder(&[("in.ndjson", &many(30_000))]);
    let mut run = batch_small(&["in.ndjson", "-", "--top", "2"]).inside(&folder);
    let mut child =
        run.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn what_is_there_is_not_replaced() {
    let folder = folder(&[
        ("in.ndjson", "{}\n"),
        ("bad-in.ndjson", "no\n"),
        ("out.ndjson", "old"),
        ("new.ndjson.bad.ndjson", "old"),
        ("map/x", ""),
        ("map.partial/mine", ""),
        ("x.partial", ""),
    ]);
    let before = listing(&folder);
    let refused = |arguments: &[&str], code: i32, want: &str| {
        let outcome = batch_small(arguments).inside(&folder).run();
        assert_eq!((outcome.code, outcome.out.as_str()), (code, ""), "{arguments:?}: {}", outcome.err);
        assert!(outcome.err.replace('\n', " ").contains(want), "{arguments:?}: {}", outcome.err);
        assert_eq!(listing(&folder), before, "{arguments:?}");
        assert_eq!(read(&folder, "out.ndjson"), "old");
    };
    refused(&["in.ndjson", "out.ndjson"], 2, "--force");
    refused(&["in.ndjson", "new.ndjson"], 2, "--force");
    refused(&["in.ndjson", "in.ndjson", "--force"], 2, "read and written at once");
    refused(&["in.ndjson", "./in.ndjson", "--force"], 2, "read and written at once");
    refused(&["in.ndjson", "a.ndjson", "--bad", "in.ndjson", "--force"], 2, "read and written at once");
    refused(&["in.ndjson", "a.ndjson", "--bad", "a.ndjson"], 2, "both rows and bad rows");
    refused(&["in.ndjson", "map", "--out-format", "ndjson"], 1, "cannot write");
    refused(&["in.ndjson", "nowhere/a.ndjson"], 1, "cannot write");
    refused(&["in.ndjson", "a.ndjson", "--bad", "nowhere/b"], 1, "cannot write");
    refused(&["in.ndjson", "x", "--out-format", "ndjson"], 2, "something else than a batch");
    refused(&["none.ndjson", "a.ndjson"], 1, "cannot read");
    refused(&["map", "a.ndjson", "--in-format", "ndjson"], 1, "is a folder");
    refused(&["in.ndjson", "a.txt"], 2, "--out-format");
    refused(&["in.ndjson", "a.parket"], 2, "did you mean `parquet`");
    refused(&["in.ndjson", "-", "--out-format", "parquet"], 2, "standard output");
    refused(&["-", "a.ndjson", "--in-format", "arrow"], 2, "standard input is read as NDJSON");
    // With force, also what an earlier run has said about bad rows.
    check_fine(&batch_small(&["in.ndjson", "new.ndjson", "--force"]).inside(&folder).run());
    assert!(!folder.path().join("new.ndjson.bad.ndjson").exists());
    assert_eq!(batch_small(&["bad-in.ndjson", "new.ndjson", "--force"]).inside(&folder).run().code, 2);
    assert_eq!(read(&folder, "new.ndjson"), "");
    assert_eq!(lines(&read(&folder, "new.ndjson.bad.ndjson")).len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_a_batch() {
    let folder = folder(&[("in.ndjson", "{}\n")]);
    let full = Stdio::from(std::fs::File::create("/dev/full").unwrap());
    let mut run = batch_small(&["in.ndjson", "-"]).inside(&folder);
    let output = run.command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output"));
    let outcome = batch_small(&["in.ndjson", "/dev/full", "--out-format", "ndjson"]).inside(&folder).run();
    assert_eq!(outcome.code, 1, "{}", outcome.err);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("in.ndjson", "{}\n"), ("real/target.ndjson", "old")]);
    symlink("real/target.ndjson", folder.path().join("link.ndjson")).unwrap();
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(folder.path().join("real/target.ndjson"), mode(0o640)).unwrap();
    check_fine(&batch_small(&["in.ndjson", "link.ndjson", "--force"]).inside(&folder).run());
    assert!(folder.path().join("link.ndjson").is_symlink());
    let there = std::fs::metadata(folder.path().join("real/target.ndjson")).unwrap();
    assert_eq!(there.permissions().mode() & 0o777, 0o640);
    assert!(read(&folder, "real/target.ndjson").starts_with("{\"row\":1"));
}

/// A batch that was stopped after it had written something.
fn stopped(folder: &TempDir, arguments: &[&str], out: &str) {
    let state = folder.path().join(format!("{out}.partial/job.json"));
    for _ in 0..5 {
        let mut run = batch_small(arguments).inside(folder);
        let mut child = run.command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            if rows_done(&state) > 0 {
                child.kill().unwrap();
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.wait().unwrap();
        if rows_done(&state) > 0 {
            assert!(!folder.path().join(out).exists(), "half a file is no file");
            return;
        }
        std::fs::remove_file(folder.path().join(out)).unwrap();
    }
    panic!("it was done before it could be stopped");
}

fn rows_done(state: &Path) -> u64 {
    let json = std::fs::read(state).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    json.and_then(|json| json["place"]["rows"].as_u64()).unwrap_or(0)
}

/// Profiles, of which some are bad.
fn mixed(count: usize) -> String {
    let lines = many(count);
    let lines = lines.lines().enumerate();
    lines.map(|(at, line)| if at % 7 == 3 { format!("{at}\n\n") } else { format!("{line}\n") }).collect()
}

#[test]
fn a_stopped_batch_goes_on() {
    let input = mixed(40_000);
    let folder = folder(&[("in.ndjson", &input)]);
    let arguments = |out: &'static str| ["in.ndjson", out, "--explain", "none", "--top", "2"];
    let outs: &[(&str, &str)] = if cfg!(feature = "arrow") {
        &[("whole.ndjson", "out.ndjson"), ("whole.arrow", "out.arrow"), ("whole.parquet", "out.parquet")]
    } else {
        &[("whole.ndjson", "out.ndjson")]
    };
    for (whole, out) in outs {
        assert_eq!(batch_small(&arguments(whole)).inside(&folder).run().code, 2);
        stopped(&folder, &arguments(out), out);
        // What was being written when it stopped does not count.
        for part in ["rows", "bad"] {
            let path = folder.path().join(format!("{out}.partial/{part}"));
            let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, b"{\"row\": 12345678, \"hal").unwrap();
        }
        let outcome = batch_small(&arguments(out)).inside(&folder).run();
        assert_eq!(outcome.code, 2, "{}", outcome.err);
        assert!(outcome.err.contains("This goes on where"), "{}", outcome.err);
        for end in ["", ".bad.ndjson"] {
            let [whole, out] = [whole, out].map(|file| folder.path().join(format!("{file}{end}")));
            assert!(std::fs::read(&whole).unwrap() == std::fs::read(&out).unwrap(), "{}", out.display());
        }
        assert!(!folder.path().join(format!("{out}.partial")).exists());
    }
}

#[test]
fn only_the_same_batch_goes_on() {
    let folder = folder(&[("in.ndjson", &many(40_000)), ("other.ndjson", "{}\n")]);
    let arguments = ["in.ndjson", "out.ndjson", "--explain", "none", "--top", "2"];
    stopped(&folder, &arguments, "out.ndjson");
    let refused = |arguments: &[&str], want: &str| {
        let before = std::fs::read(folder.path().join("out.ndjson.partial/job.json")).unwrap();
        let outcome = batch_small(arguments).inside(&folder).run();
        let said = outcome.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(outcome.code, 2, "{said}");
        assert!(said.contains(want) && !folder.path().join("out.ndjson").exists(), "{said}");
        assert_eq!(std::fs::read(folder.path().join("out.ndjson.partial/job.json")).unwrap(), before);
    };
    let other_top = ["in.ndjson", "out.ndjson", "--explain", "none", "--top", "3"];
    refused(&other_top, "belongs to another batch: top is `2` there and `3` now; add `--restart`");
    refused(&["in.ndjson", "out.ndjson", "--top", "2"], "explain is `none` there and `ids` now");
    refused(&["other.ndjson", "out.ndjson", "--explain", "none", "--top", "2"], "input is");
    let lock = std::fs::File::open(folder.path().join("out.ndjson.partial/lock")).unwrap();
    lock.lock().unwrap();
    refused(&arguments, "another run is writing");
    refused(&[&arguments[..], &["--restart"]].concat(), "another run is writing");
    lock.unlock().unwrap();
    // What is gone cannot be gone on with.
    let rows = folder.path().join("out.ndjson.partial/rows");
    let kept = std::fs::read(&rows).unwrap();
    std::fs::write(&rows, "").unwrap();
    refused(&arguments, "part of it is gone");
    std::fs::write(&rows, kept).unwrap();
    let outcome = batch_small(&[&other_top[..], &["--restart"]].concat()).inside(&folder).run();
    check_fine(&outcome);
    assert!(!outcome.err.contains("goes on"), "{}", outcome.err);
    let rows = lines(&read(&folder, "out.ndjson"));
    assert_eq!(rows.len(), 40_000);
    assert!(rows.iter().all(|row| row["methods"].as_array().unwrap().len() == 3));
    let files = ["in.ndjson", "other.ndjson", "out.ndjson"].map(String::from);
    assert_eq!(listing(&folder), files.into());
}

#[test]
fn an_input_that_changed_is_another_batch() {
    let folder = folder(&[("in.ndjson", &many(40_000))]);
    let arguments = ["in.ndjson", "out.ndjson", "--explain", "none", "--top", "2"];
    stopped(&folder, &arguments, "out.ndjson");
    std::fs::write(folder.path().join("in.ndjson"), many(40_001)).unwrap();
    let outcome = batch_small(&arguments).inside(&folder).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.replace('\n', " ").contains("input bytes is"), "{}", outcome.err);
}

/// The order and the bytes do not depend on the threads.
#[test]
fn threads_change_nothing() {
    let folder = folder(&[("in.ndjson", &mixed(5_000))]);
    let run = |threads: &str, out: &str| {
        let run = batch_small(&["in.ndjson", out, "--top", "2"]).inside(&folder);
        assert_eq!(run.env("RAYON_NUM_THREADS", threads).run().code, 2);
        (read(&folder, out), read(&folder, &format!("{out}.bad.ndjson")))
    };
    assert!(run("1", "one.ndjson") == run("5", "five.ndjson"));
}

/// The most memory that a run has had, in kB.
#[cfg(target_os = "linux")]
fn peak(mut child: Child) -> u64 {
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        most = kilobytes.and_then(|number| number.parse().ok()).map_or(most, |now: u64| most.max(now));
        std::thread::sleep(Duration::from_millis(2));
    }
    most
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input() {
    let folder = folder(&[("less.ndjson", &many(20_000)), ("more.ndjson", &many(100_000))]);
    let long = format!("{}\n", "x".repeat(1_000)).repeat(100_000);
    std::fs::write(
        folder.path().join("long.ndjson"),
        format!("{{\"about\": \"{}\"}}", long.replace('\n', "")),
    )
    .unwrap();
    let outs: &[&str] = if cfg!(feature = "arrow") { &["ndjson", "parquet"] } else { &["ndjson"] };
    for out in outs {
        let run = |input: &str| {
            let arguments = [
                &format!("{input}.ndjson"),
                &format!("{input}.out.{out}"),
                "--explain",
                "none",
                "--top",
                "2",
            ];
            let mut run = batch_small(&arguments).inside(&folder);
            let most = peak(run.command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
            assert!(folder.path().join(arguments[1]).exists());
            most
        };
        let (less, more) = (run("less"), run("more"));
        assert!(more < less + less / 4, "{out}: {less} kB for 20,000 profiles and {more} kB for 100,000");
    }
    // One line of 100 MB is not kept, but for its beginning.
    let mut run = batch_small(&["long.ndjson", "long.out.ndjson"]).inside(&folder);
    let child = run.command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let most = peak(child);
    assert!(most < 100_000, "{most} kB for a line of 100 MB");
    assert!(read(&folder, "long.out.ndjson.bad.ndjson").contains("WV0509"));
}

#[cfg(feature = "arrow")]
#[path = "batch_tables.rs"]
mod tables;
