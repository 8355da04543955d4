//! Deployment plans: what they say, and what is wrong with those that cannot be followed.

use florin_client::plan::{DeploymentPlan, PlanError};

const PLAN: &str = r#"
salt = "one"

[[contract]]
name = "token"
args = ["${deployer}", "${account:alice}"]

[[contract]]
name = "vaults"
bundle = "florin_vaults"
constructor = "with_token"
args = ["${token}"]
value = "1.5"

[[call]]
contract = "token"
message = "add_minter"
args = ["${vaults}", "Vaults", "{ ceiling: ${wad:1_000_000}, limit_per_day: ${wad:0.5} }"]

[[call]]
contract = "vaults"
message = "poke"
by = "bob"

[[call]]
contract = "vaults"
message = "poke"
id = "again"
"#;

fn resolve(text: &str) -> Result<String, PlanError> {
    let address = |name: &str| match name {
        "token" => Some("0x01".into()),
        "deployer" => Some("0x02".into()),
        _ => None,
    };
    DeploymentPlan::resolve(text, address, 1_000)
}

#[test]
fn a_plan_has_contracts_and_calls_in_order() {
    let plan = DeploymentPlan::parse(PLAN).expect("a plan");
    assert_eq!(plan.salt, "one");
    let contracts: Vec<_> =
        plan.contracts.iter().map(|step| (step.name.as_str(), step.bundle(), step.constructor.as_str())).collect();
    assert_eq!(contracts, [("token", "token", "new"), ("vaults", "florin_vaults", "with_token")]);
    let steps: Vec<_> = plan.calls.iter().map(|step| step.id()).collect();
    assert_eq!(steps[1..], ["vaults.poke() by bob".to_owned(), "again: vaults.poke()".to_owned()]);
    assert!(steps[0].starts_with("token.add_minter(${vaults}, Vaults, "));
}

#[test]
fn references_are_replaced() {
    assert_eq!(resolve("plain").as_deref(), Ok("plain"));
    assert_eq!(resolve("[${token}, ${deployer}]").as_deref(), Ok("[0x01, 0x02]"));
    assert_eq!(resolve("${account:alice}").as_deref(), Ok("0x9621dde636de098b43efb0fa9b61facfe328f99d"));
    assert_eq!(resolve("${wad:1.5}").as_deref(), Ok("1500000000000000000"));
    assert_eq!(resolve("${ray:1}").as_deref(), Ok("1000000000000000000000000000"));
    assert_eq!(resolve("${amount:2.5:6}").as_deref(), Ok("2500000"));
    assert_eq!(resolve("${days:2}").as_deref(), Ok("173800"));
}

#[test]
fn references_that_mean_nothing_are_named() {
    for text in [
        "${oracle}",
        "${token",
        "${account:mallory}",
        "${wad:x}",
        "${amount:1}",
        "${amount:1:x}",
        "${days:x}",
        "${net:1}",
    ] {
        let error = resolve(text).expect_err("nothing");
        assert!(matches!(&error, PlanError::Reference { argument, .. } if argument == text), "{text}: {error}");
    }
}

#[test]
fn a_plan_that_cannot_be_followed_is_refused_before_anything_is_sent() {
    let refused = |plan: &str| DeploymentPlan::parse(plan).expect_err("not valid");
    assert!(matches!(refused("[[contract]]"), PlanError::Syntax { .. }));
    assert!(matches!(refused("contracts = []"), PlanError::Syntax { .. }));
    let token = "[[contract]]\nname = \"token\"\n";
    assert_eq!(refused(&format!("{token}{token}")), PlanError::Twice { step: "token".into() });
    // A contract knows only those before it.
    let backwards = format!("[[contract]]\nname = \"vaults\"\nargs = [\"${{token}}\"]\n{token}");
    assert!(matches!(refused(&backwards), PlanError::Reference { .. }));
    let call =
        |contract: &str, more: &str| format!("{token}[[call]]\ncontract = \"{contract}\"\nmessage = \"pause\"\n{more}");
    assert!(matches!(refused(&call("vaults", "")), PlanError::UnknownContract { .. }));
    assert!(matches!(refused(&call("token", "by = \"mallory\"\n")), PlanError::Signer { .. }));
    let twice = format!("{}[[call]]\ncontract = \"token\"\nmessage = \"pause\"\n", call("token", ""));
    assert_eq!(refused(&twice), PlanError::Twice { step: "token.pause()".into() });
}
