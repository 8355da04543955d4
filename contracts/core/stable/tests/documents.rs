//! The documents say what the code says: every error code, every event, and no test that does not exist.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Rust sources under a folder of the repository.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The text under a heading, up to the next one of any level.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let start = document.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section {heading:?}"));
    let body = &document[start + heading.len() + 2..];
    &body[..body.find("\n#").unwrap_or(body.len())]
}

/// Codes and names of an `error_codes!` list.
fn listed_codes(source: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut lists = Vec::new();
    for block in source.split("\nerror_codes!(").skip(1) {
        let (name, rest) = block.split_once(" {").unwrap();
        let rows = rest[..rest.find("\n});").unwrap()].lines().filter_map(|line| {
            let (variant, rest) = line.trim().split_once(" = ")?;
            Some((rest.split_once(',')?.0.to_owned(), variant.to_owned()))
        });
        lists.push((name.to_owned(), rows.collect()));
    }
    lists
}

#[test]
fn every_error_code_is_documented() {
    let document = read("docs/errors.md");
    let mut types = BTreeSet::new();
    let cores = ["stable", "governance", "panels", "trade"];
    for path in cores.map(|core| sources(&format!("contracts/core/{core}/src"))).concat() {
        for (name, codes) in listed_codes(&fs::read_to_string(&path).unwrap()) {
            let section = section(&document, &format!("### {name}"));
            let rows = section.lines().filter(|line| line.starts_with("| ") && line[2..].starts_with(char::is_numeric));
            assert_eq!(rows.count(), codes.len(), "rows of {name}");
            for (code, variant) in codes {
                assert!(section.contains(&format!("\n| {code} | `{variant}` |")), "{name}::{variant} = {code}");
            }
            types.insert(name);
        }
    }
    assert_eq!(types.len(), 17, "{types:?}");
}

#[test]
fn every_event_is_documented() {
    let document = read("docs/events.md");
    for contract in ["token", "oracle", "vaults", "votes", "governor", "escrow", "title", "arbitration"] {
        let section = section(&document, &format!("## {contract}"));
        let mut events = 0;
        for path in sources(&format!("contracts/{contract}/src")) {
            let source = fs::read_to_string(&path).unwrap();
            let mut lines = source.lines().map(str::trim);
            while let Some(line) = lines.next() {
                if line == "#[ink(event)]" || line == "#[ink::event]" {
                    let declaration = lines.next().unwrap();
                    let name = declaration.strip_prefix("pub struct ").unwrap().trim_end_matches(" {");
                    assert!(section.contains(&format!("\n| `{name}` |")), "{contract}: {name}");
                    events += 1;
                }
            }
        }
        let rows = section.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, events, "events of {contract}");
    }
}

/// Names in backquotes that look like a test's.
fn named_tests(document: &str) -> impl Iterator<Item = &str> {
    let is_test = |name: &&str| {
        name.len() > 4
            && name
                .chars()
                .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
            && (name.matches('_').count() >= 3 || is_incident(name))
    };
    document.split('`').skip(1).step_by(2).filter(is_test)
}

/// A name such as `t01_…` or `e01_…`.
fn is_incident(name: &str) -> bool {
    matches!(name.as_bytes(), [b't' | b'e', tens, ones, b'_', ..] if tens.is_ascii_digit() && ones.is_ascii_digit())
}

#[test]
fn every_test_that_the_documents_name_exists() {
    let mut functions = BTreeSet::new();
    for folder in ["contracts", "chain", "sdk", "e2e-tests"] {
        for path in sources(folder) {
            let source = fs::read_to_string(&path).unwrap();
            for declaration in source.split("fn ").skip(1) {
                let end = declaration.find(|character: char| character != '_' && !character.is_alphanumeric());
                functions.insert(declaration[..end.unwrap_or(declaration.len())].to_owned());
            }
        }
    }
    let named = ["docs/invariants.md", "docs/threat-model.md", "docs/units.md", "docs/escrow.md", "ARCHITECTURE.md"];
    for document in named {
        let text = read(document);
        for name in named_tests(&text) {
            assert!(functions.contains(name), "{document} names `{name}`, which does not exist");
        }
    }
}

#[test]
fn the_readme_shows_the_example() {
    let example = read("sdk/client/examples/open_vault.rs");
    let (_, text) = example.split_once("\n\n").unwrap();
    assert!(text.lines().count() <= 15, "the example has grown");
    assert!(read("README.md").contains(&format!("```rust\n{text}```")), "README.md shows another text");
}

#[test]
fn links_between_documents_lead_somewhere() {
    for folder in [".", "docs"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = target.split('#').next().unwrap();
                if !target.starts_with("http") && !file.is_empty() {
                    assert!(path.parent().unwrap().join(file).exists(), "{}: {target}", path.display());
                }
            }
        }
    }
}
