//! From the runtime's events to the SDK's.

use florin_client::chain::{Address, ChainEvent, Weight};
use florin_runtime::RuntimeEvent;

use crate::machine::sdk_weight;

/// A transaction's events, and what two of them say.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) events: Vec<ChainEvent>,
    pub(crate) weight: Weight,
    pub(crate) fee: u128,
}

pub(crate) fn summarise(events: impl Iterator<Item = RuntimeEvent>) -> Summary {
    let mut summary = Summary::default();
    for event in events {
        match &event {
            RuntimeEvent::System(frame_system::Event::ExtrinsicSuccess { dispatch_info }) => {
                summary.weight = sdk_weight(dispatch_info.weight);
            }
            RuntimeEvent::TransactionPayment(pallet_transaction_payment::Event::TransactionFeePaid {
                actual_fee,
                ..
            }) => summary.fee = *actual_fee,
            _ => {}
        }
        summary.events.push(translate(event));
    }
    summary
}

fn translate(event: RuntimeEvent) -> ChainEvent {
    match event {
        RuntimeEvent::Revive(pallet_revive::Event::ContractEmitted { contract, data, topics }) => {
            ChainEvent::Contract { contract: Address::from(contract.0), topics, data }
        }
        RuntimeEvent::Revive(pallet_revive::Event::Instantiated { deployer, contract }) => {
            ChainEvent::Instantiated { deployer: Address::from(deployer.0), contract: Address::from(contract.0) }
        }
        other => {
            let (pallet, name) = names(&other);
            ChainEvent::Pallet { pallet, name }
        }
    }
}

/// Pallet and event name from the debug form `Pallet(Event::Name { .. })`, which the derive macros keep in step.
fn names(event: &RuntimeEvent) -> (String, String) {
    let text = format!("{event:?}");
    let is_name = |character: &char| character.is_alphanumeric() || *character == '_';
    let pallet: String = text.chars().take_while(is_name).collect();
    let inner = text.get(pallet.len().saturating_add(1)..).unwrap_or_default();
    let inner = inner.strip_prefix("Event::").unwrap_or(inner);
    (pallet, inner.chars().take_while(is_name).collect())
}
