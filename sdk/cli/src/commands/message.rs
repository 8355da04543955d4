//! `florin call`, `florin read` and `florin contract`: any contract, by its metadata.

use std::path::Path;

use florin_client::{
    account::AccountId,
    address_book::AddressBook,
    bundle::{Bundle, Bundles},
    chain::{Action, Address, Chain, ChainEvent, Hash, Receipt},
    contract::VerifyError,
    metadata::{CallSpec, ContractMetadata, Datum},
};
use serde_json::{json, Value};

use crate::{
    arguments::{CallArguments, ContractCommand, MessageArguments, ReadArguments},
    error::CliError,
    expand::expand,
    output::Answer,
    party::Party,
    record::{list as json_list, table, Record},
    refusal::code_of,
    send::{self, Offered},
    session::{Session, Settings},
};

/// `florin call`.
///
/// # Errors
/// The message is none of the contract or its arguments do not fit; the contract refuses; those of the chain.
pub(crate) async fn call(settings: Settings, arguments: &CallArguments) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    let request = Request::new(session, &arguments.message).await?;
    let spec = request.spec()?;
    if !spec.mutates {
        return Err(CliError::OtherVerb { message: spec.label.clone(), mutates: false, instead: "read" });
    }
    let value = arguments.value.as_deref().map_or(Ok(0), |text| session.native().parse(text))?;
    if value > 0 && !spec.payable {
        let message = format!("{} takes no native tokens; leave out --value", spec.label);
        return Err(CliError::CommandLine { message });
    }
    let signer = session.settings.signer()?;
    let tried = session.client.try_raw(&signer.account(), request.address(), value, request.data.clone()).await?;
    let returned = request.answer(&tried.value.data, tried.value.reverted)?;
    let preview = Record::new()
        .value("contract", "contract", request.party.show(), json!(format!("{:?}", request.address())))
        .value("message", "message", request.metadata.signature(spec), json!(spec.label))
        .value("arguments", "arguments", request.arguments.join(", "), json!(request.arguments))
        .value("returns", "would return", returned.0.clone(), returned.1.clone())
        .hidden("data", json!(format!("0x{}", hex::encode(&request.data))));
    let preview = if spec.payable {
        preview.amount("value", "native tokens", value, &session.native())
    } else {
        preview.hidden("value", Value::Null)
    };
    let action = Action::Call { to: request.address(), value, data: request.data.clone() };
    let prepared = send::prepared_raw(action, tried.weight, Some(tried.storage_deposit), tried.limits);
    match send::offer(session, &signer, "Call a contract", preview, prepared).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let events = request.events(session, &sent.receipt)?;
            let mut result = Record::new().value("returned", "returned", returned.0, returned.1);
            for event in events.iter().filter(|event| !event.text.is_empty()) {
                result = result.value("events", "event", event.text.clone(), Value::Null);
            }
            let events: Vec<Value> = events.into_iter().map(|event| event.json).collect();
            Ok(sent.answer("Called", &result.hidden("events", json!(events))))
        }
    }
}

/// `florin read`.
///
/// # Errors
/// Those of [`call`].
pub(crate) async fn read(settings: Settings, arguments: &ReadArguments) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    let request = Request::new(session, &arguments.message).await?;
    let spec = request.spec()?;
    if spec.mutates {
        return Err(CliError::OtherVerb { message: spec.label.clone(), mutates: true, instead: "call" });
    }
    let origin = session.settings.known_account().unwrap_or(AccountId::from_address(&Address::zero()));
    let action = Action::Call { to: request.address(), value: 0, data: request.data.clone() };
    let tried = session.chain().dry_run(&origin, &action).await?;
    let (text, returned) = request.answer(&tried.output.data, tried.output.reverted)?;
    let data = json!({
        "contract": format!("{:?}", request.address()),
        "message": spec.label,
        "returned": returned,
    });
    Ok(Answer::new(data, text))
}

/// `florin contract`.
///
/// # Errors
/// There is no metadata; those of the chain and the address book.
pub(crate) async fn contract(settings: Settings, command: &ContractCommand) -> Result<Answer, CliError> {
    match command {
        ContractCommand::List => list(&settings.connect().await?).await,
        ContractCommand::Messages { contract, metadata } => {
            let metadata = match metadata {
                Some(path) => read_metadata(path)?.0,
                None if Bundles::find().path(contract).is_file() => metadata_of(&Bundles::find().load(contract)?)?,
                None => {
                    let session = &settings.connect().await?;
                    find_metadata(session, &session.party(contract)?, None).await?
                }
            };
            Ok(messages(&metadata))
        }
    }
}

/// A message of a contract with its arguments, encoded.
struct Request {
    party: Party,
    metadata: ContractMetadata,
    label: String,
    arguments: Vec<String>,
    data: Vec<u8>,
}

impl Request {
    async fn new(session: &Session, arguments: &MessageArguments) -> Result<Self, CliError> {
        let party = session.party(&arguments.contract)?;
        let metadata = find_metadata(session, &party, arguments.metadata.as_deref()).await?;
        // A name that the contract does not have is told before what is wrong with the arguments.
        metadata.message(&arguments.message)?;
        let address = |name: &str| session.party(name).map(|party| format!("{:?}", party.address));
        let texts: Result<Vec<String>, _> = arguments.arguments.iter().map(|text| expand(text, address)).collect();
        let texts = texts?;
        let data = metadata.encode_message(&arguments.message, &texts)?;
        Ok(Self { party, metadata, label: arguments.message.clone(), arguments: texts, data })
    }

    fn address(&self) -> Address {
        self.party.address
    }

    fn spec(&self) -> Result<&CallSpec, CliError> {
        Ok(self.metadata.message(&self.label)?)
    }

    /// What the contract returned, in both forms; an error where it refused.
    fn answer(&self, data: &[u8], reverted: bool) -> Result<(String, Value), CliError> {
        let answer = self.metadata.decode_output(&self.label, data)?;
        if reverted || answer.is_refusal {
            return Err(CliError::RefusedByMetadata {
                message: self.label.clone(),
                code: reason_of(&answer.datum),
                returned: answer.to_string(),
                error: answer.to_json(),
            });
        }
        Ok((answer.to_string(), answer.to_json()))
    }

    /// Events of all contracts whose metadata is at hand, of the others raw.
    fn events(&self, session: &Session, receipt: &Receipt) -> Result<Vec<Told>, CliError> {
        let book = session.book().ok();
        let mut told = Vec::new();
        for event in &receipt.events {
            let ChainEvent::Contract { contract, topics, data } = event else { continue };
            let name = book.as_ref().and_then(|book| name_of(book, contract));
            let other = match (&name, *contract == self.address()) {
                (_, true) => None,
                (Some((_, bundle)), false) => Bundles::find().load(bundle).ok().and_then(|it| metadata_of(&it).ok()),
                (None, false) => None,
            };
            let metadata = if *contract == self.address() { Some(&self.metadata) } else { other.as_ref() };
            let words: Vec<[u8; 32]> = topics.iter().map(|topic| topic.0).collect();
            let decoded = match metadata {
                Some(metadata) => metadata.decode_event(&words, data)?,
                None => None,
            };
            let by = name.map_or_else(|| format!("{contract:?}"), |(name, _)| name.to_owned());
            let decoded = decoded.map(|(name, fields)| (name, fields.to_string(), fields.to_json()));
            told.push(Told::new(&by, contract, topics, data, metadata.is_some(), decoded));
        }
        Ok(told)
    }
}

/// The innermost of nested variants in capitals, as bindings name the same refusal: `Vault(NoDebt)` is `NO_DEBT`.
fn reason_of(error: &Datum) -> String {
    match error {
        Datum::Variant(name, inner) => match &**inner {
            inner @ Datum::Variant(..) => reason_of(inner),
            _ => code_of(&format_args!("{name}")),
        },
        _ => "REFUSED".to_owned(),
    }
}

/// An event in both forms.
struct Told {
    /// Empty where people need not see it.
    text: String,
    json: Value,
}

impl Told {
    fn new(
        by: &str,
        contract: &Address,
        topics: &[Hash],
        data: &[u8],
        known: bool,
        decoded: Option<(String, String, Value)>,
    ) -> Self {
        let contract = format!("{contract:?}");
        match decoded {
            Some((name, text, fields)) => Self {
                text: format!("{by}: {name} {text}"),
                json: json!({ "contract": contract, "event": name, "fields": fields }),
            },
            // The coin tells transfers in Solidity's form as well, which its metadata does not know.
            None => {
                let topics: Vec<String> = topics.iter().map(|topic| format!("{topic:?}")).collect();
                let data = format!("0x{}", hex::encode(data));
                Self {
                    text: if known { String::new() } else { format!("{by}: {data}") },
                    json: json!({ "contract": contract, "event": null, "topics": topics, "data": data }),
                }
            }
        }
    }
}

/// Name and bundle of a contract in the address book.
fn name_of<'a>(book: &'a AddressBook, address: &Address) -> Option<(&'a str, &'a str)> {
    let found = book.contracts.iter().find(|(_, deployed)| deployed.address == *address);
    found.map(|(name, deployed)| (name.as_str(), deployed.bundle.as_str()))
}

fn metadata_of(bundle: &Bundle) -> Result<ContractMetadata, CliError> {
    Ok(ContractMetadata::from_json(&bundle.metadata)?)
}

/// Metadata in a file, and the hash of the code that it says it is of.
fn read_metadata(path: &Path) -> Result<(ContractMetadata, Option<Hash>), CliError> {
    let bad = |cause: String| CliError::MetadataFile { path: path.to_owned(), cause };
    let text = std::fs::read(path).map_err(|cause| bad(cause.to_string()))?;
    let json: Value = serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))?;
    let metadata = ContractMetadata::from_json(&json).map_err(|error| bad(error.to_string()))?;
    let hash = json.pointer("/source/hash").and_then(Value::as_str).and_then(|text| text.parse().ok());
    Ok((metadata, hash))
}

/// Metadata of the code that a contract runs: from a file, from the bundle that the address book names, or from any bundle with
/// this code.
pub(super) async fn find_metadata(
    session: &Session,
    party: &Party,
    file: Option<&Path>,
) -> Result<ContractMetadata, CliError> {
    let contract = party.address;
    let actual = session.chain().code_hash(&contract).await?.ok_or(CliError::NoContract { contract })?;
    if let Some(path) = file {
        let (metadata, hash) = read_metadata(path)?;
        if hash.is_some_and(|hash| hash != actual) {
            session.output().note(&format!("note: {} is of other code than {contract:?} runs", path.display()));
        }
        return Ok(metadata);
    }
    let bundles = Bundles::find();
    let book = session.book().ok();
    if let Some((_, name)) = book.as_ref().and_then(|book| name_of(book, &contract)) {
        let bundle = bundles.load(name)?;
        if bundle.code_hash != actual {
            return Err(VerifyError::OtherCode { contract, expected: bundle.code_hash, actual }.into());
        }
        return metadata_of(&bundle);
    }
    for entry in std::fs::read_dir(bundles.folder()).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "contract") {
            // A damaged bundle of another contract is not in the way.
            if let Some(bundle) = Bundle::load(&path).ok().filter(|bundle| bundle.code_hash == actual) {
                return metadata_of(&bundle);
            }
        }
    }
    Err(CliError::NoMetadata { contract, folder: bundles.folder().to_owned() })
}

/// Metadata of the bundle that the address book names for a contract, whatever code that runs; none where it names none.
pub(super) fn metadata_of_build(session: &Session, contract: &Address) -> Result<Option<ContractMetadata>, CliError> {
    let book = session.book()?;
    match name_of(&book, contract) {
        Some((_, bundle)) => Ok(Some(metadata_of(&Bundles::find().load(bundle)?)?)),
        None => Ok(None),
    }
}

fn messages(metadata: &ContractMetadata) -> Answer {
    let rows: Vec<Record> = metadata
        .messages()
        .iter()
        .map(|spec| {
            let arguments: Vec<Value> = spec
                .args
                .iter()
                .map(|argument| json!({ "name": argument.label, "type": metadata.type_name(argument.ty.id) }))
                .collect();
            let about = spec.docs.iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
            let verb = if spec.mutates { "call" } else { "read" };
            Record::new()
                .text("verb", "by", verb)
                .value("signature", "message", metadata.signature(spec), json!(metadata.signature(spec)))
                .hidden("name", json!(spec.label))
                .hidden("mutates", json!(spec.mutates))
                .hidden("payable", json!(spec.payable))
                .hidden("arguments", json!(arguments))
                .hidden("about", json!(about))
        })
        .collect();
    let data = json!({ "contract": metadata.name(), "messages": json_list(&rows) });
    Answer::new(data, table(&rows, "no messages"))
}

async fn list(session: &Session) -> Result<Answer, CliError> {
    let book = session.book()?;
    let mut rows = Vec::new();
    for (name, deployed) in &book.contracts {
        let state = match session.client.verify_code(deployed.address, deployed.code_hash).await {
            Ok(()) => "as deployed",
            Err(VerifyError::NoContract { .. }) => "missing",
            Err(VerifyError::OtherCode { .. }) => "other code",
            Err(error) => return Err(error.into()),
        };
        rows.push(
            Record::new()
                .text("name", "contract", name.clone())
                .address("address", "address", &deployed.address)
                .text("bundle", "bundle", deployed.bundle.clone())
                .number("block", "block", deployed.block)
                .text("state", "code", state)
                .hidden("code_hash", json!(format!("{:?}", deployed.code_hash))),
        );
    }
    Ok(Answer::new(json_list(&rows), table(&rows, "the address book is empty")))
}
