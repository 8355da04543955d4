//! The calls of a proposal in words: message and arguments by metadata, what they change, whether they would pass now.

use florin_client::{
    account::AccountId,
    chain::Address,
    error::ChainError,
    metadata::{snake_case, ContractMetadata, Datum, EventSpec, FieldSpec},
    plan::CallStep,
};
use florin_governance::action::Call;
use serde_json::{json, Map, Value};

use super::effect::{effect, Effect};
use crate::{
    commands::message::{find_metadata, metadata_of_build},
    error::CliError,
    party::Party,
    record::Record,
    session::Session,
    words::Names,
};

/// The messages by which a contract is replaced are the same in all builds: the build that replaces can write and read them for
/// contracts of the build that is replaced.
const SAME_IN_ALL_BUILDS: [&str; 4] = ["name_successor", "set_listener", "begin_migration", "call_off_migration"];

/// A message with its arguments.
type Said = (String, Vec<(String, Datum)>);

/// A call in both forms.
pub(super) struct Deed {
    /// What a line is about, and the line.
    lines: Vec<(&'static str, String)>,
    json: Value,
}

/// How a call went when it was tried.
enum Trial {
    Passed,
    Refused(String),
    /// It could not be tried, for this reason.
    Untried(&'static str),
}

/// All calls, each tried on its own by the governor on what there is now.
///
/// # Errors
/// Those of the chain.
pub(super) async fn describe(session: &Session, governor: Address, calls: &[Call]) -> Result<Vec<Deed>, CliError> {
    let names = Names::new(session.book().ok().as_ref());
    let mut deeds = Vec::with_capacity(calls.len());
    for (place, call) in calls.iter().enumerate() {
        let target = Party { address: Address::from(call.target), account: None, alias: None };
        // A contract without metadata at hand is shown in bytes, an account has none.
        let metadata = if call.data.is_empty() { None } else { metadata_for(session, &target, &call.data).await };
        let said = metadata.as_ref().and_then(|metadata| decode(metadata, &call.data));
        let label = said.as_ref().map(|(label, _)| label.as_str());
        let trial = try_call(session, governor, call, metadata.as_ref().zip(label)).await?;
        let effect = effect(session, call, &names).await;
        deeds.push(Deed::new(session, &names, place, call, said, &effect, &trial));
    }
    Ok(deeds)
}

/// Metadata of a target by which the call can be read.
async fn metadata_for(session: &Session, target: &Party, data: &[u8]) -> Option<ContractMetadata> {
    if let Ok(metadata) = find_metadata(session, target, None).await {
        return Some(metadata);
    }
    let metadata = metadata_of_build(session, &target.address).ok().flatten()?;
    let (label, _) = decode(&metadata, data)?;
    is_same_in_all_builds(&label).then_some(metadata)
}

/// Whether all builds of a contract understand the message in the same way.
pub(super) fn is_same_in_all_builds(message: &str) -> bool {
    SAME_IN_ALL_BUILDS.contains(&snake_case(message).as_str())
}

/// A call as the file of a proposal has it; none where the contract knows no such message, or native tokens come along.
pub(crate) fn written(contract: &str, metadata: &ContractMetadata, call: &Call) -> Option<CallStep> {
    if call.value > 0 {
        return None;
    }
    let (message, arguments) = decode(metadata, &call.data)?;
    let args = arguments.iter().map(|(_, datum)| datum.to_string()).collect();
    Some(CallStep { contract: contract.to_owned(), message, args, value: None, by: None, id: None })
}

/// Facts, with calls after them.
pub(super) fn with_calls(record: Record, deeds: &[Deed]) -> Record {
    let lines = deeds.iter().flat_map(|deed| deed.lines.clone());
    let record = lines.fold(record, |record, (label, text)| record.value("calls", label, text, Value::Null));
    record.hidden("calls", Value::Array(deeds.iter().map(|deed| deed.json.clone()).collect()))
}

impl Deed {
    fn new(
        session: &Session,
        names: &Names,
        place: usize,
        call: &Call,
        said: Option<Said>,
        effect: &Effect,
        trial: &Trial,
    ) -> Self {
        let (target, native) = (Address::from(call.target), session.native_in_contracts());
        let (label, arguments) = said.map_or((None, Vec::new()), |(label, arguments)| (Some(label), arguments));
        let what = match &label {
            Some(label) => format!("{}.{label}", names.short(&target)),
            None if call.data.is_empty() => format!("a payment to {}", names.show(&target)),
            None => {
                let (selector, rest) = call.data.split_at(call.data.len().min(4));
                format!("{}: message 0x{} with 0x{}", names.show(&target), hex::encode(selector), hex::encode(rest))
            }
        };
        let title = format!("{}. {what}", place + 1);
        let mut lines = vec![("call", title)];
        if call.value > 0 {
            lines.push(("native tokens", native.exact(call.value)));
        }
        for (name, datum) in &arguments {
            // Of a structure that is compared with what holds now, the changes say it all.
            if effect.changes.is_none() || !matches!(datum, Datum::Record(_)) {
                lines.push(("argument", format!("{name}: {}", names.annotate(&datum.to_string()))));
            }
        }
        lines.extend(effect.changes.iter().flatten().map(|change| ("change", change.to_text())));
        if effect.changes.as_ref().is_some_and(Vec::is_empty) {
            lines.push(("change", "nothing".to_owned()));
        }
        lines.extend(effect.warnings.iter().map(|warning| ("warning", warning.clone())));
        let (refusal, untried) = match trial {
            Trial::Passed => (None, None),
            Trial::Refused(reason) => (Some(reason.clone()), None),
            Trial::Untried(reason) => (None, Some(*reason)),
        };
        lines.extend(refusal.iter().map(|reason| ("refused now", reason.clone())));
        lines.extend(untried.map(|reason| ("not tried", reason.to_owned())));
        let fields: Map<String, Value> =
            arguments.iter().map(|(name, datum)| (name.clone(), datum.to_json())).collect();
        let json = json!({
            "place": place,
            "target": format!("{target:?}"),
            "contract": names.get(&target),
            "message": label,
            "arguments": label.as_ref().map(|_| fields),
            "value": native.json(call.value),
            "data": format!("0x{}", hex::encode(&call.data)),
            "changes": effect.changes.as_ref().map(|changes| changes.iter().map(|it| it.to_json()).collect::<Vec<_>>()),
            "warnings": effect.warnings,
            "refusal": refusal,
            "untried": untried,
        });
        Self { lines, json }
    }
}

/// Tries a call as the governor. The metadata and the label of its message tell why it is refused.
async fn try_call(
    session: &Session,
    governor: Address,
    call: &Call,
    known: Option<(&ContractMetadata, &str)>,
) -> Result<Trial, CliError> {
    let origin = AccountId::from_address(&governor);
    let value = call.value.checked_div(session.info.native_to_contract_ratio).unwrap_or(0);
    let tried = session.client.try_raw(&origin, Address::from(call.target), value, call.data.clone()).await;
    match tried {
        Ok(tried) if tried.value.reverted => {
            let answer = known.and_then(|(metadata, label)| metadata.decode_output(label, &tried.value.data).ok());
            let raw = || format!("the contract returned 0x{}", hex::encode(&tried.value.data));
            Ok(Trial::Refused(answer.map_or_else(raw, |answer| answer.to_string())))
        }
        Ok(_) => Ok(Trial::Passed),
        // Whoever executes the proposal pays deposits, not the governor.
        Err(ChainError::Dispatch { name, .. }) if name == "StorageDepositNotEnoughFunds" => {
            Ok(Trial::Untried("it takes a storage deposit, which whoever executes the proposal pays"))
        }
        Err(error @ (ChainError::Dispatch { .. } | ChainError::TooHeavy { .. })) => {
            Ok(Trial::Refused(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// The message that a call is, with its arguments; none where the contract knows no such message.
fn decode(metadata: &ContractMetadata, data: &[u8]) -> Option<Said> {
    const TOPIC: [u8; 32] = [0; 32];
    let (selector, arguments) = data.split_at_checked(4)?;
    let spec = metadata.messages().iter().find(|spec| {
        metadata.bytes::<4>(&spec.label, &spec.selector).is_ok_and(|bytes| bytes.as_slice() == selector)
    })?;
    // Arguments are encoded as the fields of an event are.
    let field = |label: &String, ty| FieldSpec { label: label.clone(), ty, docs: Vec::new() };
    let event = EventSpec {
        label: spec.label.clone(),
        signature_topic: Some(hex::encode(TOPIC)),
        args: spec.args.iter().map(|argument| field(&argument.label, argument.ty)).collect(),
        docs: Vec::new(),
    };
    let mut reader = metadata.clone();
    reader.spec.events = vec![event];
    let read = |data: &[u8]| reader.decode_event(&[TOPIC], data).ok().flatten();
    // Where bytes are left over, all but the last would do as well.
    if arguments.split_last().is_some_and(|(_, rest)| read(rest).is_some()) {
        return None;
    }
    match read(arguments)? {
        (label, Datum::Record(fields)) => Some((label, fields)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> ContractMetadata {
        let argument = |label: &str, ty: u32| json!({ "label": label, "type": { "type": ty } });
        let message = |label: &str, selector: &str, args: Vec<Value>| {
            json!({
                "label": label, "selector": selector, "mutates": true, "payable": false, "args": args,
                "returnType": { "type": 0 }, "docs": [],
            })
        };
        let messages = vec![
            message("set", "0x01020304", vec![argument("number", 0), argument("flag", 1)]),
            message("stop", "0x0a0b0c0d", Vec::new()),
        ];
        let json = json!({
            "version": 6,
            "contract": { "name": "sample" },
            "spec": { "constructors": [], "messages": messages, "events": [] },
            "types": [
                { "id": 0, "type": { "def": { "primitive": "u32" } } },
                { "id": 1, "type": { "def": { "primitive": "bool" } } },
            ],
        });
        ContractMetadata::from_json(&json).expect("metadata")
    }

    fn shown(data: &[u8]) -> Option<String> {
        let (label, fields) = decode(&metadata(), data)?;
        let fields: Vec<String> = fields.iter().map(|(name, datum)| format!("{name}: {datum}")).collect();
        Some(format!("{label}({})", fields.join(", ")))
    }

    #[test]
    fn calls_are_read_by_metadata() {
        assert_eq!(shown(&[1, 2, 3, 4, 7, 0, 0, 0, 1]).as_deref(), Some("set(number: 7, flag: true)"));
        assert_eq!(shown(&[10, 11, 12, 13]).as_deref(), Some("stop()"));
    }

    #[test]
    fn a_call_is_written_so_that_it_can_be_encoded_again() {
        let call = Call { target: [7; 20], value: 0, data: vec![1, 2, 3, 4, 7, 0, 0, 0, 1] };
        let step = written("sample", &metadata(), &call).expect("a call of the contract");
        assert_eq!(step.id(), "sample.set(7, true)");
        assert_eq!(metadata().encode_message(&step.message, &step.args).ok(), Some(call.data.clone()));
        assert_eq!(written("sample", &metadata(), &Call { value: 1, ..call }), None);
    }

    #[test]
    fn messages_of_a_replacement_are_known_by_both_of_their_names() {
        assert!(is_same_in_all_builds("nameSuccessor") && is_same_in_all_builds("begin_migration"));
        assert!(!is_same_in_all_builds("set_collateral_params"));
    }

    #[test]
    fn what_is_no_call_is_not_guessed_at() {
        let cases: [&[u8]; 6] = [
            &[],
            &[1, 2, 3],
            &[9, 9, 9, 9],
            &[1, 2, 3, 4, 7, 0, 0, 0],
            &[1, 2, 3, 4, 7, 0, 0, 0, 1, 0],
            &[10, 11, 12, 13, 0],
        ];
        for data in cases {
            assert_eq!(shown(data), None, "{data:?}");
        }
    }
}
