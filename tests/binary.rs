//! Packs in binary form: what is written is read back, and whatever else is refused with a clear error.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::sync::Arc;

use proptest::prelude::*;
use werkvorm::{Engine, Pack, builtin_pack, pack_from_binary, pack_to_binary};

#[expect(dead_code, reason = "only packs are needed here")]
#[path = "generate.rs"]
mod generate;

/// Content with the header that belongs to it.
fn with_header(content: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89WVPACK\n\x01\0\0\0".to_vec();
    bytes.extend_from_slice(&crc32fast::hash(content).to_le_bytes());
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
    bytes
}

fn refused(bytes: &[u8]) -> String {
    let problems = pack_from_binary("p.bin", bytes).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(!problems[0].help.is_empty() && problems[0].labels[0].file == "p.bin", "{problems:?}");
    format!("{} {}", problems[0].code, problems[0].message)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pack_survives(case in generate::a_case()) {
        let bytes = pack_to_binary(&case.pack).unwrap();
        prop_assert!(pack_to_binary(&case.pack).unwrap() == bytes);
        prop_assert_eq!(&bytes, &with_header(&bytes[24..]));
        let read = pack_from_binary("p.bin", &bytes).unwrap();
        prop_assert_eq!(&read, &case.pack);
        // What rules share is read and checked once, and that changes no answer.
        let (one, other) = (Engine::new(case.pack).unwrap(), Engine::new(read).unwrap());
        let advice = |engine: &Engine| serde_json::to_string(&engine.recommend(&case.profile).unwrap()).unwrap();
        prop_assert_eq!(advice(&one), advice(&other));
    }

    /// The checksum is made right, so that what is inside is tried too.
    #[test]
    fn whatever_is_inside_nothing_breaks(
        case in generate::a_case(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut content = pack_to_binary(&case.pack).unwrap().split_off(24);
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        if let Some(cut) = cut {
            content.truncate(cut.index(content.len()));
        }
        if let Ok(pack) = pack_from_binary("p.bin", &with_header(&content)) {
            drop(Engine::new(pack));
        }
    }

    #[test]
    fn damage_is_seen(at in any::<prop::sample::Index>(), bit in 0_u32..8, cut in any::<prop::sample::Index>()) {
        let bytes = pack_to_binary(&Pack { id: "p".to_owned(), ..Pack::default() }).unwrap();
        let mut damaged = bytes.clone();
        damaged[at.index(bytes.len())] ^= 1_u8 << bit;
        refused(&damaged);
        refused(&bytes[..cut.index(bytes.len())]);
    }
}

#[test]
fn rules_that_are_alike_share_what_is_alike() {
    let pack = builtin_pack();
    let pairs =
        || pack.rules.iter().flat_map(|rule| pack.rules.iter().map(move |other| (rule, other))).take(200_000);
    assert!(pairs().any(|(rule, other)| rule.id != other.id && rule.when == other.when));
    for (rule, other) in pairs() {
        assert_eq!(rule.when == other.when, Arc::ptr_eq(&rule.when, &other.when));
        assert_eq!(rule.because == other.because, Arc::ptr_eq(&rule.because, &other.because));
        assert_eq!(rule.sources == other.sources, Arc::ptr_eq(&rule.sources, &other.sources));
    }
    let (json, binary) = (serde_json::to_vec(&pack).unwrap().len(), pack_to_binary(&pack).unwrap().len());
    assert!(2 * binary < json, "{binary} bytes of {json}");
}

#[test]
fn what_is_no_pack() {
    assert_eq!(refused(b""), "WV0402 this pack ends too early");
    assert_eq!(refused(&[b'{'; 99]), "WV0402 this is not a pack in binary form");
    let other_version = |at: usize| {
        let mut bytes = pack_to_binary(&Pack::default()).unwrap();
        bytes[at] = 9;
        refused(&bytes)
    };
    assert_eq!(other_version(8), "WV0401 this pack has version 9 of the binary form");
    assert_eq!(other_version(12), "WV0402 this pack is damaged: its checksum is another");
    assert!(other_version(16).starts_with("WV0402 this pack should have "));
    let format = Pack { format_version: 7, ..Pack::default() };
    assert_eq!(refused(&pack_to_binary(&format).unwrap()), "WV0401 this pack has format version 7");
    // No more memory is taken than there are bytes, whatever they promise, and nothing is read too deep.
    for content in [&b""[..], b"\xc0", b"\x86", &[0xdd, 0xff, 0xff, 0xff, 0xff], &[0x91; 100_000]] {
        assert!(refused(&with_header(content)).starts_with("WV0402 this is not the content of a pack"));
    }
    let content = pack_to_binary(&Pack { format_version: 1, ..Pack::default() }).unwrap().split_off(24);
    let key = b"conditions\x90";
    let at = content.windows(key.len()).position(|window| window == key).unwrap() + key.len() - 1;
    let inside = |conditions: &[u8]| with_header(&[&content[..at], conditions, &content[at + 1..]].concat());
    // "Not" a hundred thousand times; parts and words that are not there; two conditions where one should be.
    let deep = [&[0x91, 0xdd, 0, 1, 0x86, 0xa2, 0, 0][..], &[2; 100_000]].concat();
    for conditions in [
        &deep[..],
        &[0x91, 0x91, 2],
        &[0x91, 0x93, 4, 0, 0],
        &[0x91, 0x94, 0, 0, 0, 0],
        &[0x91, 0x91, 9],
        &[0x91, 0x90],
    ] {
        assert_eq!(refused(&inside(conditions)), "WV0402 a rule or condition of this pack is out of order");
    }
    let rules = b"rules\x90";
    let at = content.windows(rules.len()).rposition(|window| window == rules).unwrap() + rules.len() - 1;
    let many = [&content[..at], &[0xdd, 0xff, 0xff, 0xff, 0xff], &content[at + 1..]].concat();
    refused(&with_header(&many));
    let rule = b"\x91\x9a\xa1a\x00\xc0\x00\x00\xa7exclude\x00\x00\x00\x01";
    let nowhere = [&content[..at], rule, &content[at + 1..]].concat();
    assert_eq!(refused(&with_header(&nowhere)), "WV0402 a rule or condition of this pack is out of order");
}
