//! Calls of contracts: tried first, mapped with the first call, bounded with a margin, refused with the contract's own error.

mod common;

use common::{returning, reverting, revive, ScriptedChain};
use florin_bindings::{Constructor, ContractEvent, LangError, Message, NoError};
use florin_client::{
    chain::{Action, Address, Block, ChainEvent, DryRun, Hash, Limits, Receipt, Weight},
    contract::{code_hash, decode_events, CallError, Client, InstantiateError, VerifyError},
    error::ChainError,
    signer::Signer,
};
use parity_scale_codec::{Decode, Encode, Error as CodecError};

const CONTRACT: Address = Address::repeat_byte(7);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
enum Error {
    TooMuch { limit: u128 },
}

fn message() -> Message<u32, Error> {
    Message::new("draw", true, false, true, vec![1, 2, 3, 4])
}

fn value(value: u32) -> Vec<u8> {
    Ok::<Result<u32, Error>, LangErrorBytes>(Ok(value)).encode()
}

fn refusal() -> Vec<u8> {
    Ok::<Result<u32, Error>, LangErrorBytes>(Err(Error::TooMuch { limit: 9 })).encode()
}

/// Encodes as the contract encodes its language errors.
#[derive(Encode)]
enum LangErrorBytes {
    #[codec(index = 1)]
    CouldNotReadInput,
}

fn client(trials: Vec<Result<DryRun, ChainError>>) -> Client<ScriptedChain> {
    let chain = ScriptedChain::default();
    chain.state().trials = trials.into();
    Client::new(chain)
}

fn sent(client: &Client<ScriptedChain>) -> Vec<Vec<Action>> {
    client.chain().state().sent.iter().map(|(_, actions, _)| actions.clone()).collect()
}

fn call_action() -> Action {
    Action::Call { to: CONTRACT, value: 0, data: vec![1, 2, 3, 4] }
}

#[tokio::test]
async fn the_first_call_maps_the_account_and_the_second_does_not() {
    let client = client(vec![Ok(returning(value(5))), Ok(returning(value(6)))]);
    let alice = Signer::alice();
    assert_eq!(client.call(&alice, CONTRACT, 0, &message()).await.expect("done").value, 5);
    assert_eq!(client.call(&alice, CONTRACT, 0, &message()).await.expect("done").value, 6);
    assert_eq!(sent(&client), [vec![Action::MapAccount, call_action()], vec![call_action()]]);
}

#[tokio::test]
async fn a_mapping_that_another_transaction_made_meanwhile_is_no_error() {
    let client = client(vec![Ok(returning(value(5)))]);
    client.chain().state().failures = [Some(revive("AccountAlreadyMapped"))].into();
    client.call(&Signer::alice(), CONTRACT, 0, &message()).await.expect("done");
    assert_eq!(sent(&client), [vec![call_action()]]);
}

#[tokio::test]
async fn a_refusal_is_typed_and_nothing_is_sent() {
    let client = client(vec![Ok(reverting(refusal()))]);
    let error = client.call(&Signer::alice(), CONTRACT, 0, &message()).await.expect_err("refused");
    assert_eq!(error, CallError::Refused { message: "draw", error: Error::TooMuch { limit: 9 } });
    assert_eq!(error.refusal(), Some(&Error::TooMuch { limit: 9 }));
    assert!(sent(&client).is_empty());
}

#[tokio::test]
async fn a_refusal_after_the_trial_is_typed_too() {
    let client = client(vec![Ok(returning(value(5))), Ok(reverting(refusal()))]);
    client.chain().state().failures = [Some(revive("ContractReverted"))].into();
    let error = client.call(&Signer::alice(), CONTRACT, 0, &message()).await.expect_err("refused");
    assert_eq!(error, CallError::Refused { message: "draw", error: Error::TooMuch { limit: 9 } });
}

#[tokio::test]
async fn limits_have_a_margin_and_end_at_what_the_chain_grants() {
    let mut tried = returning(value(5));
    tried.weight_required = Weight { ref_time: 9_000, proof_size: 100 };
    tried.storage_deposit = 1_000_000_000_000;
    let client = client(vec![Ok(tried)]).with_weight_margin(50).with_deposit_margin(10);
    let preview = client.dry_run(&Signer::bob().account(), CONTRACT, 0, &message()).await.expect("tried");
    let weight = Weight { ref_time: 10_000, proof_size: 150 };
    // A tenth more, and a whole token for what comes and goes within the call.
    assert_eq!(preview.limits, Limits { weight, storage_deposit: 1_110_000_000_000 });
}

#[tokio::test]
async fn a_call_that_no_block_can_hold_is_refused() {
    let mut tried = returning(value(5));
    tried.weight_required.proof_size = 1_001;
    let required = tried.weight_required;
    let client = client(vec![Ok(tried)]);
    let error = client.call(&Signer::alice(), CONTRACT, 0, &message()).await.expect_err("too heavy");
    let available = Weight { ref_time: 10_000, proof_size: 1_000 };
    assert_eq!(error, CallError::Chain(ChainError::TooHeavy { required, available }));
    assert!(sent(&client).is_empty());
}

#[tokio::test]
async fn answers_that_do_not_fit_say_what_does_not() {
    let foreign = Err::<(), _>(LangErrorBytes::CouldNotReadInput).encode();
    let client = client(vec![
        Ok(reverting(foreign)),
        Ok(returning(vec![0, 0, 1])),
        Ok(reverting(value(5))),
        Ok(returning(Vec::new())),
        Err(revive("ContractTrapped")),
    ]);
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(client.read(CONTRACT, &message()).await.expect_err("no answer"));
    }
    assert_eq!(answers[0], CallError::Language { message: "draw", error: LangError::CouldNotReadInput });
    assert!(matches!(answers[1], CallError::Decode { .. }));
    assert!(matches!(answers[2], CallError::Decode { .. }));
    assert_eq!(answers[3], CallError::NoContract { contract: CONTRACT });
    assert_eq!(answers[4], CallError::Chain(revive("ContractTrapped")));
    let unpaid = client.call(&Signer::alice(), CONTRACT, 1, &message()).await.expect_err("takes nothing");
    assert_eq!(unpaid, CallError::NotPayable { message: "draw" });
}

#[tokio::test]
async fn code_is_uploaded_once_and_checked() {
    let client = client(Vec::new());
    let (alice, code) = (Signer::alice(), b"PVM\0code".as_slice());
    assert!(client.upload(&alice, code).await.expect("uploaded").receipt.is_some());
    assert!(client.upload(&alice, code).await.expect("there").receipt.is_none());
    let new = Constructor { label: "new", payable: false, data: vec![9] };
    let created = client.instantiate(&alice, code_hash(code), &new, 0, Some([1; 32])).await.expect("created");
    assert_eq!(client.verify_code(created.address, code_hash(code)).await, Ok(()));
    let other = Hash::repeat_byte(3);
    assert_eq!(
        client.verify_code(created.address, other).await,
        Err(VerifyError::OtherCode { contract: created.address, expected: other, actual: code_hash(code) })
    );
    assert_eq!(client.verify_code(CONTRACT, other).await, Err(VerifyError::NoContract { contract: CONTRACT }));
}

#[tokio::test]
async fn a_failed_instantiation_says_so() {
    let client = client(Vec::new());
    client.chain().state().failures = [Some(revive("StorageDepositLimitExhausted"))].into();
    let new = Constructor { label: "new", payable: false, data: vec![9] };
    let failed = client.instantiate(&Signer::alice(), Hash::zero(), &new, 0, None).await.expect_err("failed");
    assert_eq!(failed, InstantiateError::Chain(revive("StorageDepositLimitExhausted")));
}

#[derive(Debug, PartialEq)]
struct Drawn(u32);

impl ContractEvent for Drawn {
    const LABEL: &'static str = "Drawn";
    const SIGNATURE_TOPIC: Option<[u8; 32]> = Some([5; 32]);

    fn decode(_: &[[u8; 32]], data: &[u8]) -> Result<Self, CodecError> {
        u32::decode(&mut &*data).map(Self)
    }
}

#[test]
fn events_are_those_of_the_contract_and_the_kind() {
    let emitted = |contract: Address, topic: u8, value: u32| ChainEvent::Contract {
        contract,
        topics: vec![Hash::repeat_byte(topic)],
        data: value.encode(),
    };
    let mut receipt = Receipt {
        transaction: Hash::zero(),
        block: Block { number: 1, hash: Hash::zero(), timestamp_ms: 0 },
        weight: Weight::default(),
        fee: 0,
        events: vec![
            emitted(CONTRACT, 5, 1),
            emitted(CONTRACT, 6, 2),
            emitted(Address::zero(), 5, 3),
            ChainEvent::Pallet { pallet: "System".into(), name: "ExtrinsicSuccess".into() },
            emitted(CONTRACT, 5, 4),
        ],
    };
    assert_eq!(decode_events::<Drawn>(&receipt, CONTRACT), Ok(vec![Drawn(1), Drawn(4)]));
    receipt.events.push(ChainEvent::Contract { contract: CONTRACT, topics: vec![Hash::repeat_byte(5)], data: vec![] });
    assert!(decode_events::<Drawn>(&receipt, CONTRACT).is_err());
}

#[test]
fn errors_read_as_one_sentence() {
    let refused: CallError<Error> = CallError::Refused { message: "draw", error: Error::TooMuch { limit: 9 } };
    assert_eq!(refused.to_string(), "draw was refused: TooMuch { limit: 9 }");
    let unread: CallError<NoError> = CallError::Language { message: "draw", error: LangError::CouldNotReadInput };
    assert!(unread.to_string().contains("another version"));
}
