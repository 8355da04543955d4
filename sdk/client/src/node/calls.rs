//! From the SDK's acts to calls of pallets.

use scale_value::{Composite, Value};
use subxt::dynamic;

use super::runtime::Call;
use crate::{
    account::AccountId,
    chain::{Action, Limits, Weight},
};

/// The single call that does all of `actions`, or none of them.
pub(super) fn from_actions(actions: &[Action], limits: &Limits) -> Call {
    match actions {
        [action] => from_action(action, limits),
        several => batch(several.iter().map(|action| from_action(action, limits))),
    }
}

/// Several calls as one: all succeed or none.
pub(super) fn batch(calls: impl IntoIterator<Item = Call>) -> Call {
    let calls = Value::unnamed_composite(calls.into_iter().map(Call::into_value));
    call("Utility", "batch_all", [("calls", calls)])
}

/// A call as root, by the account that is sudo.
pub(super) fn as_root(inner: Call) -> Call {
    call("Sudo", "sudo", [("call", inner.into_value())])
}

/// A call with named arguments. Arguments that the chain does not know are left out when it is encoded.
pub(super) fn call<const N: usize>(pallet: &str, name: &str, arguments: [(&str, Value); N]) -> Call {
    dynamic::tx(pallet, name, Composite::named(arguments))
}

/// How pallets name an account.
pub(super) fn address_of(account: &AccountId) -> Value {
    Value::unnamed_variant("Id", [Value::from_bytes(account.0)])
}

/// An optional value.
pub(super) fn option(value: Option<Value>) -> Value {
    match value {
        Some(value) => Value::unnamed_variant("Some", [value]),
        None => Value::unnamed_variant("None", []),
    }
}

fn weight(weight: Weight) -> Value {
    Value::named_composite([
        ("ref_time", Value::u128(weight.ref_time.into())),
        ("proof_size", Value::u128(weight.proof_size.into())),
    ])
}

fn from_action(action: &Action, limits: &Limits) -> Call {
    let deposit = ("storage_deposit_limit", Value::u128(limits.storage_deposit));
    // Releases of the pallet before 0.12 call it a gas limit.
    let weights = [("weight_limit", weight(limits.weight)), ("gas_limit", weight(limits.weight))];
    match action {
        Action::Call { to, value, data } => {
            let [weight_limit, gas_limit] = weights;
            let arguments = [
                ("dest", Value::from_bytes(to)),
                ("value", Value::u128(*value)),
                weight_limit,
                gas_limit,
                deposit,
                ("data", Value::from_bytes(data)),
            ];
            call("Revive", "call", arguments)
        }
        Action::Upload { code } => call("Revive", "upload_code", [("code", Value::from_bytes(code)), deposit]),
        Action::Instantiate { code_hash, value, data, salt } => {
            let [weight_limit, gas_limit] = weights;
            let arguments = [
                ("value", Value::u128(*value)),
                weight_limit,
                gas_limit,
                deposit,
                ("code_hash", Value::from_bytes(code_hash)),
                ("data", Value::from_bytes(data)),
                ("salt", option(salt.map(Value::from_bytes))),
            ];
            call("Revive", "instantiate", arguments)
        }
        Action::MapAccount => call("Revive", "map_account", []),
        Action::Transfer { to, value } => {
            call("Balances", "transfer_keep_alive", [("dest", address_of(to)), ("value", Value::u128(*value))])
        }
    }
}
