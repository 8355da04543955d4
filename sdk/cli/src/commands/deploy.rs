//! `florin deploy`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use florin_client::{
    address_book::AddressBook,
    bundle::Bundles,
    deploy::{apply, Progress},
    plan::DeploymentPlan,
    signer::Signer,
};
use serde_json::{json, Value};

use crate::{
    amount::Unit,
    arguments::DeployArguments,
    error::CliError,
    output::Answer,
    places,
    record::{list, table, Record},
    send::confirm,
    session::{Session, Settings},
};

/// Runs the command.
///
/// # Errors
/// Those of plan, bundles and address book, before anything is sent; those of the step that failed.
pub(crate) async fn run(settings: Settings, arguments: &DeployArguments) -> Result<Answer, CliError> {
    let plan_path = arguments.plan.clone().or_else(places::plan).ok_or(CliError::NoPlan)?;
    let plan = DeploymentPlan::load(&plan_path)?;
    let bundles = Bundles::find();
    for step in &plan.contracts {
        // Before the first step is paid for, all that the later ones need is there.
        bundles.load(step.bundle())?;
    }
    let session = &settings.connect().await?;
    let path = session.settings.book_path();
    let mut book =
        if arguments.reset { AddressBook::in_memory(&session.info) } else { AddressBook::open(&path, &session.info)? };
    if session.is_former(&book).await? {
        return Err(session.former_chain().await?);
    }
    let signer = session.settings.signer()?;
    let summary = Record::new()
        .text("plan", "plan", plan_path.display().to_string())
        .text("network", "network", session.settings.name.clone())
        .text("addresses", "address book", path.display().to_string())
        .account("from", "from", &signer.account(), session.info.ss58_prefix);
    let preview = Preview::new("Deploy", &summary, &plan, &book);
    if session.settings.global.dry_run {
        return Ok(preview.answer());
    }
    preview.confirm(session)?;
    if arguments.reset {
        put_aside(session, &path, "address book")?;
        book = AddressBook::open(&path, &session.info)?;
    }
    let done = perform(session, &signer, &plan, &bundles, &mut book).await?;
    Ok(finished(&path, &book, preview.todo, &done))
}

/// What a plan does that is not done yet.
pub(super) struct Preview {
    /// How many steps are to do.
    pub(super) todo: usize,
    text: String,
    json: Value,
}

impl Preview {
    /// The plan next to the address book, with a summary before it.
    pub(super) fn new(heading: &str, summary: &Record, plan: &DeploymentPlan, book: &AddressBook) -> Self {
        let rows = planned(plan, book);
        let todo = rows.iter().filter(|row| !row.done).count();
        let kept = rows.len() - todo;
        let summary = summary.clone().number("todo", "steps to do", todo as u64);
        let summary = summary.number("kept", "steps done", kept as u64);
        let rows: Vec<Record> = rows.iter().map(Row::record).collect();
        let text = format!("{heading}\n{}{}", summary.to_text(), table(&rows, "the plan has no steps"));
        let json = summary.hidden("steps", list(&rows)).to_json();
        Self { todo, text, json }
    }

    /// Where nothing is to be sent.
    pub(super) fn answer(&self) -> Answer {
        Answer::new(json!({ "sent": false, "preview": self.json }), self.text.clone())
    }

    /// Shows it and asks, where there is something to do.
    ///
    /// # Errors
    /// Nobody confirms.
    pub(super) fn confirm(&self, session: &Session) -> Result<(), CliError> {
        if self.todo == 0 {
            return Ok(());
        }
        session.output().note(&self.text);
        confirm(session, "Do it?")
    }
}

/// Does what is missing, with a line for each step; the steps, also those that were done before.
///
/// # Errors
/// Those of the step that failed.
pub(super) async fn perform(
    session: &Session,
    signer: &Signer,
    plan: &DeploymentPlan,
    bundles: &Bundles,
    book: &mut AddressBook,
) -> Result<Vec<Record>, CliError> {
    let native = session.native();
    let (output, mut done) = (*session.output(), Vec::new());
    let mut progress = |step: Progress| {
        let record = step_record(&step, &native);
        output.note(&said(&step, &native));
        done.push(record);
    };
    apply(&session.client, signer, plan, bundles, book, &mut progress).await?;
    Ok(done)
}

/// A step of the plan and whether it is done.
struct Row {
    kind: &'static str,
    name: String,
    done: bool,
}

impl Row {
    fn record(&self) -> Record {
        let act = match (self.kind, self.done) {
            (_, true) => "keep",
            ("contract", false) => "create",
            _ => "call",
        };
        // A call's structures are written over several lines.
        let name = self.name.split_whitespace().collect::<Vec<_>>().join(" ");
        Record::new().text("act", "act", act).text("kind", "kind", self.kind).value(
            "step",
            "step",
            cut(&name),
            json!(self.name),
        )
    }
}

/// Longer steps are cut in the preview; JSON has them whole.
fn cut(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn planned(plan: &DeploymentPlan, book: &AddressBook) -> Vec<Row> {
    let contracts = plan.contracts.iter().map(|step| Row {
        kind: "contract",
        name: step.name.clone(),
        done: book.contracts.contains_key(&step.name),
    });
    let calls = plan.calls.iter().map(|step| Row { kind: "call", name: step.id(), done: book.is_done(&step.id()) });
    contracts.chain(calls).collect()
}

fn step_record(step: &Progress, native: &Unit) -> Record {
    let record = |kind, name: &String, outcome| {
        Record::new().text("kind", "kind", kind).text("step", "step", name.clone()).text("outcome", "outcome", outcome)
    };
    match step {
        Progress::ContractKept { name, address } => {
            record("contract", name, "kept").address("address", "address", address).hidden("fee", json!(null))
        }
        Progress::ContractCreated { name, address, fee } => record("contract", name, "created")
            .address("address", "address", address)
            .amount("fee", "fee", *fee, native),
        Progress::CallKept { step } => {
            record("call", step, "kept").hidden("address", json!(null)).hidden("fee", json!(null))
        }
        Progress::CallMade { step, fee } => {
            record("call", step, "made").hidden("address", json!(null)).amount("fee", "fee", *fee, native)
        }
    }
}

/// A line for each step as it is done.
fn said(step: &Progress, native: &Unit) -> String {
    let line = |text: &str| cut(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match step {
        Progress::ContractKept { name, address } => format!("  kept     {name} at {address:?}"),
        Progress::ContractCreated { name, address, fee } => {
            format!("  created  {name} at {address:?}, fee {}", native.short(*fee))
        }
        Progress::CallKept { step } => format!("  kept     {}", line(step)),
        Progress::CallMade { step, fee } => format!("  called   {}, fee {}", line(step), native.short(*fee)),
    }
}

fn finished(path: &Path, book: &AddressBook, todo: usize, done: &[Record]) -> Answer {
    let contracts: Vec<Record> = book
        .contracts
        .iter()
        .map(|(name, deployed)| {
            Record::new()
                .text("name", "contract", name.clone())
                .address("address", "address", &deployed.address)
                .number("block", "block", deployed.block)
                .hidden("code_hash", json!(format!("{:?}", deployed.code_hash)))
        })
        .collect();
    let data = json!({
        "sent": todo > 0,
        "result": {
            "addresses": path.display().to_string(),
            "contracts": list(&contracts),
            "steps": list(done),
        },
    });
    let heading = if todo > 0 { "Deployed" } else { "All of it stands already; nothing was sent" };
    Answer::new(data, format!("{heading}\n{}", table(&contracts, "no contracts")))
}

/// Keeps a former file next to the new one: on a chain that still has its contracts, an address book is the only record of them.
///
/// # Errors
/// Those of the system; a file that is not there is no error.
pub(super) fn put_aside(session: &Session, path: &Path, what: &str) -> Result<(), CliError> {
    let mut aside = OsString::from(path);
    aside.push(".old");
    let aside = PathBuf::from(aside);
    match std::fs::rename(path, &aside) {
        Ok(()) => {
            session.output().note(&format!("The former {what} is kept as {}", aside.display()));
            Ok(())
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(CliError::System { act: format!("put {} aside", path.display()), cause: cause.to_string() }),
    }
}
