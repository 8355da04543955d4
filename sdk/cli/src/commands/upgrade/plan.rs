//! `florin upgrade plan`: what has to stand before holders vote, and what they vote on.

use std::path::Path;

use florin_bindings::vaults;
use florin_client::{
    address_book::{AddressBook, Deployed},
    bundle::{Bundle, Bundles},
    chain::Address,
    metadata::ContractMetadata,
    plan::CallStep,
    upgrade::{self, IMPORTER, NEXT, VAULTS},
};
use florin_governance::{
    action::Call,
    migration::{MigrationError, MAXIMUM_WINDOW, MINIMUM_WINDOW},
};
use florin_units::Seconds;
use serde_json::json;

use super::{layout_words, planned, same_layout};
use crate::{
    commands::{
        deploy::{perform, put_aside, Preview},
        gov::{proposal_text, written},
    },
    error::CliError,
    moment,
    output::Answer,
    record::{list, Record},
    refusal::Explain,
    session::Session,
    words,
};

/// Title of the proposal.
const TITLE: &str = "Replace the vaults by a successor";

/// Deploys what is missing and writes the proposal.
///
/// # Errors
/// The window is out of bounds, the vaults are being replaced already, the build has changed; those of the step that failed.
pub(super) async fn plan(session: &Session, window: &str, out: &Path, again: bool) -> Result<Answer, CliError> {
    let window = Seconds::from_raw(moment::parse_span(window)?);
    check_window(window).map_err(|error| error.explain(&session.units(None)))?;
    let bundles = Bundles::find();
    // Before the first step is paid for, all that the later ones need is there.
    let (build, importer) = (bundles.load(VAULTS)?, bundles.load(IMPORTER)?);
    let mut book = session.book()?;
    let predecessor = session.contract(VAULTS).await?;
    let now = session.now().await?;
    let (standing, ..) = session.client.read(predecessor, &vaults::standing()).await?;
    standing.check_live(now).map_err(|error| error.explain(&session.units(None)))?;
    let attempt = attempt(&book.steps, &predecessor, again);
    if again {
        forget(&mut book, &importer);
    } else if let Some(contract) = of_other_build(&book, [(NEXT, &build), (IMPORTER, &importer)]) {
        return Err(CliError::OtherBuild { contract });
    }
    let plan = upgrade::deployment(&session.client, predecessor, attempt, now).await?;
    let signer = session.settings.signer()?;
    let summary = Record::new()
        .number("attempt", "attempt", attempt.into())
        .address("predecessor", "predecessor", &predecessor)
        .span("window", "window", window.raw())
        .text("file", "proposal", out.display().to_string())
        .text("network", "network", session.settings.name.clone())
        .text("addresses", "address book", session.settings.book_path().display().to_string())
        .account("from", "from", &signer.account(), session.info.ss58_prefix);
    let preview = Preview::new("Deploy a successor of the vaults", &summary, &plan, &book);
    if session.settings.global.dry_run {
        return Ok(preview.answer());
    }
    preview.confirm(session)?;
    begin(&mut book, &predecessor, attempt);
    book.save()?;
    let done = perform(session, &signer, &plan, &bundles, &mut book).await?;

    let succession = planned(session, &book).await?;
    let calls = upgrade::calls(&session.client, &succession, window).await?;
    let steps = calls.iter().map(|call| step(&book, &bundles, call)).collect::<Result<Vec<_>, _>>()?;
    let stands = Stands::of(&book)?;
    write(session, out, &proposal_text(TITLE, &stands.description(window), &steps)?)?;
    let facts = stands
        .record(attempt)
        .span("window", "window", window.raw())
        .text("file", "proposal", out.display().to_string())
        .hidden("steps", list(&done));
    let next = format!("florin upgrade check vaults, then florin upgrade queue vaults --file {}", out.display());
    let facts = facts.text("next", "next", next);
    let data = json!({ "sent": preview.todo > 0, "result": facts.to_json() });
    let heading = if preview.todo > 0 { "Planned" } else { "All of it stands already; nothing was sent" };
    Ok(Answer::new(data, format!("{heading}\n{}", facts.to_text())))
}

fn check_window(window: Seconds) -> Result<(), MigrationError> {
    let (minimum, maximum) = (MINIMUM_WINDOW, MAXIMUM_WINDOW);
    if window < minimum || window > maximum {
        return Err(MigrationError::WindowOutOfBounds { window, minimum, maximum });
    }
    Ok(())
}

/// How the address book calls an attempt to replace these vaults. The steps of its deployment begin with it.
fn marker(predecessor: &Address, attempt: u32) -> String {
    format!("replace {predecessor:?}, attempt {attempt}")
}

/// The attempt that is under way, the next one where it is to be begun anew.
fn attempt(steps: &[String], predecessor: &Address, again: bool) -> u32 {
    let of_step = |step: &String| {
        let name = step.split_once(':').map_or(step.as_str(), |(name, _)| name);
        let number: u32 = name.rsplit_once(' ')?.1.parse().ok()?;
        (name == marker(predecessor, number)).then_some(number)
    };
    match steps.iter().filter_map(of_step).max() {
        Some(highest) if again => highest.saturating_add(1),
        Some(highest) => highest,
        None => 1,
    }
}

/// Writes the attempt down, so that it is known by its number before its first step.
fn begin(book: &mut AddressBook, predecessor: &Address, attempt: u32) {
    let marker = marker(predecessor, attempt);
    if !book.is_done(&marker) {
        book.steps.push(marker);
    }
}

/// Forgets the successor of another attempt; an importer of this build can be used again.
fn forget(book: &mut AddressBook, importer: &Bundle) {
    book.contracts.remove(NEXT);
    if of_other_build(book, [(IMPORTER, importer)]).is_some() {
        book.contracts.remove(IMPORTER);
    }
}

/// A contract of the address book whose code is not that of its bundle.
fn of_other_build<const N: usize>(book: &AddressBook, contracts: [(&'static str, &Bundle); N]) -> Option<&'static str> {
    let differs = |name: &str, bundle: &Bundle| {
        book.contracts.get(name).is_some_and(|deployed| deployed.code_hash != bundle.code_hash)
    };
    contracts.into_iter().find(|(name, bundle)| differs(name, bundle)).map(|(name, _)| name)
}

/// A call as the proposal's file has it, written by the build whose bindings have encoded it.
fn step(book: &AddressBook, bundles: &Bundles, call: &Call) -> Result<CallStep, CliError> {
    let target = Address::from(call.target);
    let found = book.contracts.iter().find(|(_, deployed)| deployed.address == target);
    let (name, deployed) = found.ok_or(CliError::NoContract { contract: target })?;
    let metadata = ContractMetadata::from_json(&bundles.load(&deployed.bundle)?.metadata)?;
    let unreadable =
        || CliError::Bindings { cause: format!("the bundle {} does not know a call of it", deployed.bundle) };
    written(name, &metadata, call).ok_or_else(unreadable)
}

/// Writes the file; another one that is there is kept.
fn write(session: &Session, path: &Path, text: &str) -> Result<(), CliError> {
    if std::fs::read_to_string(path).is_ok_and(|former| former == text) {
        return Ok(());
    }
    put_aside(session, path, "proposal")?;
    std::fs::write(path, text)
        .map_err(|cause| CliError::System { act: format!("write {}", path.display()), cause: cause.to_string() })
}

/// The contracts of a replacement, as the address book has them.
struct Stands<'a> {
    former: &'a Deployed,
    next: &'a Deployed,
    importer: &'a Deployed,
}

impl<'a> Stands<'a> {
    fn of(book: &'a AddressBook) -> Result<Self, CliError> {
        let place = |name: &str| book.contracts.get(name).ok_or(CliError::NoSuccessor);
        Ok(Self { former: place(VAULTS)?, next: place(NEXT)?, importer: place(IMPORTER)? })
    }

    fn same_layout(&self) -> Option<bool> {
        same_layout(self.former.layout, self.next.layout)
    }

    /// What voters have to know besides the calls.
    fn description(&self, window: Seconds) -> String {
        let Self { former, next, importer } = *self;
        let layout = match self.same_layout() {
            Some(true) => "Both store their records in the same shape.",
            Some(false) => {
                "The successor stores its records in another shape; read the importer, which has to convert them."
            }
            None => "The address book does not tell the shape in which the predecessor stores its records.",
        };
        let hash = |deployed: &Deployed| match deployed.layout {
            Some(hash) => format!("{hash:?}"),
            None => "not known".to_owned(),
        };
        let contract = |deployed: &Deployed| {
            let Deployed { address, code_hash, .. } = deployed;
            format!("{address:?}\n  code {code_hash:?}\n  layout {}", hash(deployed))
        };
        let sections = [
            format!("- predecessor {}\n- successor {}\n- importer {}", contract(former), contract(next), contract(importer)),
            layout.to_owned(),
            format!(
                "From the execution of this proposal on, the predecessor stands still for {} at most: nothing can be deposited, \
                 repaid, drawn or withdrawn, and nothing is liquidated. In this window anybody can have the successor copy all \
                 records and take over, with the place in the mint gate and all collateral. Where the window ends before, the \
                 predecessor goes on with all that it had. In either case every price has its grace period then.",
                words::span(window.raw().into())
            ),
            "To verify, build the code that is proposed, and compare: florin upgrade check vaults".to_owned(),
        ];
        sections.join("\n\n")
    }

    fn record(&self, attempt: u32) -> Record {
        let Self { former, next, importer } = *self;
        let same = self.same_layout();
        Record::new()
            .number("attempt", "attempt", attempt.into())
            .address("predecessor", "predecessor", &former.address)
            .text("predecessor_code", "its code", format!("{:?}", former.code_hash))
            .address("successor", "successor", &next.address)
            .text("successor_code", "its code", format!("{:?}", next.code_hash))
            .address("importer", "copied by", &importer.address)
            .text("importer_code", "its code", format!("{:?}", importer.code_hash))
            .value("same_layout", "layout of records", layout_words(same), json!(same))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_client::chain::{ChainInfo, Hash};

    fn deployed(byte: u8, layout: Option<u8>) -> Deployed {
        Deployed {
            bundle: VAULTS.to_owned(),
            address: Address::repeat_byte(byte),
            code_hash: Hash::repeat_byte(byte),
            block: 1,
            layout: layout.map(Hash::repeat_byte),
        }
    }

    fn bundle(byte: u8) -> Bundle {
        Bundle {
            name: "florin-vaults".to_owned(),
            version: "1.0.0".to_owned(),
            code: Vec::new(),
            code_hash: Hash::repeat_byte(byte),
            metadata: json!({}),
        }
    }

    fn book() -> AddressBook {
        let chain = ChainInfo {
            name: "dev".into(),
            genesis_hash: Hash::zero(),
            spec_version: 1,
            ss58_prefix: 42,
            native_decimals: 10,
            native_to_contract_ratio: 1,
            existential_deposit: 1,
        };
        let mut book = AddressBook::in_memory(&chain);
        for (name, byte) in [(VAULTS, 1), (NEXT, 2), (IMPORTER, 3)] {
            book.contracts.insert(name.to_owned(), deployed(byte, Some(7)));
        }
        book
    }

    #[test]
    fn an_attempt_is_known_by_its_steps() {
        let (it, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let mut book = book();
        book.steps.push("token.set_guardian(a, b)".to_owned());
        assert_eq!((attempt(&book.steps, &it, false), attempt(&book.steps, &it, true)), (1, 1));
        begin(&mut book, &it, 1);
        begin(&mut book, &it, 1);
        assert_eq!(book.steps.len(), 2, "written down once");
        assert_eq!((attempt(&book.steps, &it, false), attempt(&book.steps, &it, true)), (1, 2));
        // The steps of a deployment are named alike.
        book.steps.push(format!("{}: vaults_next.name_governor(${{governor}})", marker(&it, 12)));
        assert_eq!((attempt(&book.steps, &it, false), attempt(&book.steps, &it, true)), (12, 13));
        assert_eq!(attempt(&book.steps, &other, true), 1);
    }

    #[test]
    fn a_build_that_has_changed_is_noticed() {
        let mut book = book();
        let (same, changed) = (bundle(2), bundle(9));
        assert_eq!(of_other_build(&book, [(NEXT, &same)]), None);
        assert_eq!(of_other_build(&book, [(NEXT, &same), (IMPORTER, &changed)]), Some(IMPORTER));
        forget(&mut book, &bundle(3));
        assert!(!book.contracts.contains_key(NEXT) && book.contracts.contains_key(IMPORTER));
        forget(&mut book, &changed);
        assert_eq!(book.contracts.keys().map(String::as_str).collect::<Vec<_>>(), [VAULTS]);
        assert!(matches!(Stands::of(&book), Err(CliError::NoSuccessor)));
    }

    #[test]
    fn voters_read_what_is_replaced_and_how_to_verify_it() {
        let (former, next, importer) = (deployed(1, Some(7)), deployed(2, Some(8)), deployed(3, None));
        let stands = Stands { former: &former, next: &next, importer: &importer };
        let text = stands.description(Seconds::from_raw(7_200));
        for part in ["predecessor 0x0101", "successor 0x0202", "code 0x0303", "another shape", "for 2h at most"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.contains("florin upgrade check vaults"), "{text}");
        // The governor takes 4096 bytes.
        assert!(text.len() < 3_000, "{}", text.len());
        let same = Stands { next: &former, ..stands };
        assert!(same.description(MINIMUM_WINDOW).contains("in the same shape"));
        assert_eq!(same.record(1).to_json()["same_layout"], json!(true));
    }

    #[test]
    fn windows_have_bounds() {
        assert_eq!(check_window(MINIMUM_WINDOW).and(check_window(MAXIMUM_WINDOW)), Ok(()));
        assert!(check_window(Seconds::from_raw(599)).is_err() && check_window(Seconds::MAX).is_err());
    }
}
