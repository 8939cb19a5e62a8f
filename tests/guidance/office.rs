//! A recipe opens in LibreOffice and comes out complete. Runs where `soffice` and `pdftotext` are found; with
//! `WERKVORM_OFFICE=required` their absence is a failure.

use std::path::Path;
use std::process::Command;

use werkvorm::{Texts, builtin, recipe_docx};

use super::{LANGUAGES, personas};

fn is_there(program: &str, flag: &str) -> bool {
    Command::new(program).arg(flag).output().is_ok()
}

#[test]
fn a_recipe_opens_in_libreoffice() {
    let found = is_there("soffice", "--version") && is_there("pdftotext", "-v");
    if !found {
        let required = std::env::var("WERKVORM_OFFICE").is_ok_and(|value| value == "required");
        assert!(!required, "WERKVORM_OFFICE=required, but `soffice` or `pdftotext` is missing");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (_, profile) = personas().find(|(id, _)| id.contains("vertrouwen")).unwrap();
    let recipe = builtin().recipe(profile, &[]).unwrap();
    let texts = LANGUAGES.map(|language| Texts::new(builtin().pack(), language));
    let names = ["nl", "en"];
    for (name, texts) in names.iter().zip(&texts) {
        let document = recipe_docx(&recipe, texts).unwrap();
        std::fs::write(folder.path().join(format!("{name}.docx")), document).unwrap();
    }
    convert(folder.path(), &names);
    for (name, texts) in names.iter().zip(&texts) {
        let text = read_pdf(&folder.path().join(format!("{name}.pdf")));
        let view = texts.recipe(&recipe);
        let title = view.profile.title.clone().unwrap();
        let steps: Vec<_> =
            view.steps.iter().map(|step| format!("{}. {}", step.number, step.title)).collect();
        assert_eq!(steps.len(), 11);
        for expected in [title].iter().chain(&steps) {
            assert!(text.contains(expected.as_str()), "{name}: `{expected}` is not in the document:\n{text}");
        }
    }
}

fn convert(folder: &Path, names: &[&str]) {
    // A profile of its own, so that a LibreOffice that is already open does not matter.
    let output = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.join("office").display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder)
        .args(names.iter().map(|name| folder.join(format!("{name}.docx"))))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The text of a PDF with single spaces.
fn read_pdf(file: &Path) -> String {
    let output = Command::new("pdftotext").arg(file).arg("-").output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}
