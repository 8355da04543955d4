//! What messages cost is what the committed snapshots say.

use std::path::Path;

use florin_e2e_tests::costs::{drifts, load, measure, page};

#[tokio::test]
async fn costs_stay_within_two_per_cent_of_their_snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/snapshots");
    let measured = measure().await.expect("measured");
    let committed = load(&folder).expect("scripts/bench writes the snapshots");
    let found = drifts(&committed, &measured);
    assert!(found.is_empty(), "{}", found.iter().map(|drift| format!("{drift}\n")).collect::<String>());
}

#[test]
fn the_page_of_costs_is_what_the_snapshots_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let committed = load(&root.join("contracts/snapshots")).expect("scripts/bench writes the snapshots");
    let written = std::fs::read_to_string(root.join("docs/costs.md")).expect("and the page");
    assert_eq!(written, page(&committed), "scripts/bench writes docs/costs.md");
}
