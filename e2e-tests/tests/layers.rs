//! The layers of ARCHITECTURE.md, checked over the packages' own dependencies.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each package may depend on, of this project's own packages and of the frameworks that only some layers may know.
/// Dependencies of tests are not looked at.
const RULES: &[(&str, &[&str])] = &[
    // Rules: pure arithmetic and decisions. No chain, no contract framework, no input or output.
    ("florin-units", &[]),
    ("florin-stable", &["florin-units", "florin-governance"]),
    ("florin-governance", &["florin-units"]),
    ("florin-panels", &["florin-units", "florin-governance"]),
    ("florin-trade", &["florin-units", "florin-governance", "florin-panels"]),
    // Contracts: ink! and the rules, nothing of the SDK.
    ("florin-shell", &["florin-units", "florin-governance", "florin-stable", "ink"]),
    ("florin-token", &["florin-units", "florin-governance", "florin-stable", "florin-shell", "ink"]),
    ("florin-oracle", &["florin-units", "florin-governance", "florin-stable", "florin-shell", "ink"]),
    ("florin-vaults", &["florin-units", "florin-governance", "florin-stable", "florin-shell", "ink"]),
    // The vaults' own code for moving to a successor, in a blob of its own.
    ("florin-vaults-importer", &["florin-vaults", "florin-shell", "ink"]),
    ("florin-votes", &["florin-units", "florin-governance", "florin-shell", "ink"]),
    ("florin-governor", &["florin-units", "florin-governance", "florin-shell", "ink"]),
    ("florin-title", &["florin-trade", "florin-shell", "ink"]),
    ("florin-arbitration", &["florin-units", "florin-governance", "florin-panels", "florin-shell", "ink"]),
    (
        "florin-escrow",
        &[
            "florin-units",
            "florin-governance",
            "florin-panels",
            // The answer of the oracle that conditions name.
            "florin-stable",
            "florin-trade",
            "florin-shell",
            "ink",
        ],
    ),
    ("florin-hostile-token", &["florin-units", "florin-stable", "florin-shell", "ink"]),
    // The chain: FRAME, and nothing of Florin's rules. The sandbox serves the SDK's Chain trait.
    ("florin-runtime", &["frame"]),
    ("florin-sandbox", &["florin-runtime", "florin-client", "frame"]),
    ("florin-node", &["florin-runtime", "frame", "tokio"]),
    // The SDK: rules and bindings; the only layer that knows subxt.
    ("florin-metadata", &[]),
    ("florin-bindgen", &["florin-metadata"]),
    ("florin-bindings", &["florin-units", "florin-governance", "florin-panels", "florin-stable", "florin-trade"]),
    (
        "florin-client",
        &[
            "florin-units",
            "florin-governance",
            "florin-panels",
            "florin-stable",
            "florin-trade",
            "florin-bindings",
            "florin-metadata",
            "subxt",
            "tokio",
        ],
    ),
    // What traders need that needs no chain.
    ("florin-trader", &["florin-units", "florin-governance", "florin-trade"]),
    (
        "florin-keeper",
        &[
            "florin-units",
            "florin-governance",
            "florin-panels",
            "florin-stable",
            "florin-trade",
            "florin-bindings",
            "florin-client",
            "tokio",
        ],
    ),
    (
        "florin-cli",
        &[
            "florin-units",
            "florin-governance",
            "florin-panels",
            "florin-stable",
            "florin-trade",
            "florin-bindings",
            "florin-client",
            "florin-keeper",
            "florin-metadata",
            "florin-trader",
            "tokio",
        ],
    ),
    (
        "florin-e2e-tests",
        &[
            "florin-units",
            "florin-governance",
            "florin-panels",
            "florin-stable",
            "florin-trade",
            "florin-bindings",
            "florin-client",
            "florin-keeper",
            "florin-sandbox",
            "florin-trader",
            "tokio",
        ],
    ),
];

/// What the rules may be made of besides each other: fixed-width integers and codecs.
const CODECS: [&str; 3] = ["parity-scale-codec", "primitive-types", "scale-info"];

/// The framework that a dependency from outside belongs to, if it is one that the rules speak of.
fn framework(name: &str) -> Option<&'static str> {
    const FRAME: [&str; 7] = ["frame-", "pallet-", "sp-", "sc-", "polkadot-sdk", "substrate-", "cumulus-"];
    match name {
        // The chain's functions as contracts see them: what ink! itself stands on.
        "pallet-revive-uapi" => Some("ink"),
        _ if name == "ink" || name.starts_with("ink_") => Some("ink"),
        _ if name.starts_with("subxt") => Some("subxt"),
        "tokio" => Some("tokio"),
        _ if FRAME.iter().any(|prefix| name.starts_with(prefix)) => Some("frame"),
        _ => None,
    }
}

fn normal_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata");
    let packages = metadata.packages.iter().map(|package| {
        let names = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
            .map(|dependency| dependency.name.to_string());
        (package.name.to_string(), names.collect())
    });
    packages.collect()
}

#[test]
fn packages_depend_only_on_the_layers_below() {
    let rules: BTreeMap<&str, &[&str]> = RULES.iter().copied().collect();
    let found = normal_dependencies();
    let names: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, rules.keys().copied().collect(), "every package has its rule, and no rule is without a package");
    let mut broken = Vec::new();
    for (package, dependencies) in &found {
        for dependency in dependencies {
            let layer =
                if dependency.starts_with("florin-") { Some(dependency.as_str()) } else { framework(dependency) };
            if let Some(layer) = layer {
                if !rules[package.as_str()].contains(&layer) {
                    broken.push(format!("{package} -> {dependency}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "these break the layers: {broken:?}");
}

#[test]
fn the_rules_depend_on_nothing_but_each_other_and_codecs() {
    let rules = ["florin-units", "florin-governance", "florin-stable", "florin-panels", "florin-trade"];
    let found = normal_dependencies();
    for package in rules {
        let others: Vec<&String> = found[package]
            .iter()
            .filter(|name| !rules.contains(&name.as_str()) && !CODECS.contains(&name.as_str()))
            .collect();
        assert!(others.is_empty(), "{package} depends on {others:?}");
    }
}

#[test]
fn the_rules_are_pure() {
    // No standard library and no input or output in the core: what it is made of says so.
    for package in ["units", "stable", "governance", "panels", "trade"] {
        let path = format!("{}/../contracts/core/{package}/src", env!("CARGO_MANIFEST_DIR"));
        let root = std::fs::read_to_string(format!("{path}/lib.rs")).expect("lib.rs");
        assert!(root.contains("no_std"), "{package} is no_std");
        for entry in std::fs::read_dir(path).expect("a folder") {
            let file = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&file).expect("a text");
            for forbidden in ["std::fs", "std::net", "std::time", "std::env", "f32", "f64"] {
                assert!(!text.contains(forbidden), "{} uses {forbidden}", file.display());
            }
        }
    }
}
