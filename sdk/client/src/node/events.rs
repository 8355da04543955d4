//! From the chain's events to the SDK's.

use scale_value::Value;
use subxt::{
    config::substrate::SubstrateConfig,
    events::{Event, Phase},
    ext::scale_decode::{DecodeAsFields, DecodeAsType},
};

use super::runtime::Runtime;
use crate::{
    chain::{Address, ChainEvent, Hash, Weight},
    error::ChainError,
};

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ContractEmitted {
    contract: [u8; 20],
    data: Vec<u8>,
    topics: Vec<[u8; 32]>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Instantiated {
    deployer: [u8; 20],
    contract: [u8; 20],
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct TransactionFeePaid {
    actual_fee: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ExtrinsicSuccess {
    dispatch_info: DispatchInfo,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct DispatchInfo {
    weight: WeightParts,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ExtrinsicFailed {
    dispatch_error: Value,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Sudid {
    sudo_result: Result<(), Value>,
}

/// A weight as the chain encodes it.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(super) struct WeightParts {
    ref_time: u64,
    proof_size: u64,
}

impl From<WeightParts> for Weight {
    fn from(parts: WeightParts) -> Self {
        Self { ref_time: parts.ref_time, proof_size: parts.proof_size }
    }
}

/// A transaction's events, and what some of them say about it.
#[derive(Default)]
pub(super) struct Summary {
    pub(super) events: Vec<ChainEvent>,
    pub(super) weight: Weight,
    pub(super) fee: u128,
    pub(super) failure: Option<ChainError>,
}

/// Events of all transactions of a block, each with the transaction's index.
pub(super) fn by_transaction(runtime: &Runtime, bytes: Vec<u8>) -> Result<Vec<(u32, ChainEvent)>, ChainError> {
    let mut collected = Vec::new();
    for event in runtime.events(bytes).iter() {
        let event = event.map_err(undecodable)?;
        if let Phase::ApplyExtrinsic(index) = event.phase() {
            collected.push((index, translate(&event)?));
        }
    }
    Ok(collected)
}

/// The events of one transaction of a block.
pub(super) fn summarise(runtime: &Runtime, bytes: Vec<u8>, index: u32) -> Result<Summary, ChainError> {
    let mut summary = Summary::default();
    for event in runtime.events(bytes).iter() {
        let event = event.map_err(undecodable)?;
        if event.phase() != Phase::ApplyExtrinsic(index) {
            continue;
        }
        match (event.pallet_name(), event.event_name()) {
            ("System", "ExtrinsicSuccess") => {
                summary.weight = fields::<ExtrinsicSuccess>(&event)?.dispatch_info.weight.into();
            }
            ("System", "ExtrinsicFailed") => {
                let failed: ExtrinsicFailed = fields(&event)?;
                summary.failure = Some(runtime.dispatch_error(&failed.dispatch_error));
            }
            // What sudo did may fail while the transaction succeeds; whoever sent it wants to know of the former.
            ("Sudo", "Sudid" | "SudoAsDone") => {
                if let Err(error) = fields::<Sudid>(&event)?.sudo_result {
                    summary.failure = Some(runtime.dispatch_error(&error));
                }
            }
            ("TransactionPayment", "TransactionFeePaid") => {
                summary.fee = fields::<TransactionFeePaid>(&event)?.actual_fee;
            }
            _ => {}
        }
        summary.events.push(translate(&event)?);
    }
    Ok(summary)
}

fn translate(event: &Event<'_, SubstrateConfig>) -> Result<ChainEvent, ChainError> {
    Ok(match (event.pallet_name(), event.event_name()) {
        ("Revive", "ContractEmitted") => {
            let emitted: ContractEmitted = fields(event)?;
            ChainEvent::Contract {
                contract: Address::from(emitted.contract),
                topics: emitted.topics.into_iter().map(Hash::from).collect(),
                data: emitted.data,
            }
        }
        ("Revive", "Instantiated") => {
            let created: Instantiated = fields(event)?;
            ChainEvent::Instantiated {
                deployer: Address::from(created.deployer),
                contract: Address::from(created.contract),
            }
        }
        (pallet, name) => ChainEvent::Pallet { pallet: pallet.to_owned(), name: name.to_owned() },
    })
}

fn fields<T: DecodeAsFields>(event: &Event<'_, SubstrateConfig>) -> Result<T, ChainError> {
    event.decode_fields_unchecked_as().map_err(undecodable)
}

fn undecodable(error: impl core::fmt::Display) -> ChainError {
    ChainError::Decode { what: "an event".into(), cause: error.to_string() }
}
