//! `florin escrow template`, `draft` and `terms`: from a file with terms to a credit on the chain, and back. What
//! somebody signs or pays for is shown here in full.

use std::path::Path;

use florin_bindings::{
    arbitration,
    escrow::{self, Error, Signing},
};
use florin_client::{chain::Address, contract::CallError};
use florin_trade::{
    dispute::{check_pool, t_max, DisputeTerms},
    fee::Settings,
    state::Status,
    terms::{Agreement, Payment},
    EscrowError, EscrowId,
};
use florin_trader::{
    hash,
    signatures::{Signatures, Subject as Matter},
    terms_file::{template::Template, TermsFile},
    timeline::status_word,
};
use florin_units::{Amount, Seconds, Timestamp};
use serde_json::{json, Value};

use super::{
    sign::{check_matter, check_venue, gathered},
    subject::events,
    venue, Subject, ESCROW,
};
use crate::{
    amount::Unit,
    arguments::{DraftArguments, TemplateName},
    commands::vault::event,
    erc20,
    error::CliError,
    files, moment,
    output::Answer,
    record::Record,
    refusal::Explain,
    send::{self, Offered},
    session::Session,
    words::{trade::Aliases, Names},
};

/// How long signatures in a file count where nobody says.
const VALID_FOR: &str = "14d";

impl From<TemplateName> for Template {
    fn from(name: TemplateName) -> Self {
        match name {
            TemplateName::Sight => Self::SightWithTitle,
            TemplateName::Usance => Self::Usance,
            TemplateName::Milestones => Self::Milestones,
            TemplateName::Conditions => Self::Conditions,
        }
    }
}

/// `florin escrow template`.
pub(super) fn template(name: TemplateName) -> Answer {
    let template = Template::from(name);
    let data = json!({ "name": template.name(), "purpose": template.purpose(), "text": template.text() });
    Answer::new(data, template.text())
}

/// `florin escrow draft`.
pub(super) async fn draft(session: &Session, arguments: &DraftArguments) -> Result<Answer, CliError> {
    let draft = Draft::load(session, &arguments.terms).await?;
    match (&arguments.out, &arguments.signatures) {
        (Some(out), _) => draft.write(session, out, arguments.valid_for.as_deref().unwrap_or(VALID_FOR)).await,
        (None, Some(path)) => {
            let signatures = Signatures::read(path)?;
            draft.send(session, Some((path.as_path(), &signatures))).await
        }
        (None, None) if arguments.send => draft.send(session, None).await,
        (None, None) => {
            let facts = draft.facts();
            Ok(Answer::new(facts.to_json(), format!("These terms can be signed\n{}", facts.to_text())))
        }
    }
}

/// `florin escrow terms`: the complete terms of a credit, or of a file in which parties sign. Nothing else is printed,
/// so that the text can be saved, changed, and proposed.
pub(super) async fn show(session: &Session, what: &str) -> Result<Answer, CliError> {
    let (escrow, agreement) = match what.parse::<EscrowId>() {
        Ok(id) => (Some(id), *Subject::load(session, id).await?.agreement()),
        Err(_) => (None, *Signatures::read(Path::new(what))?.agreement()),
    };
    let asset = agreement.terms.asset;
    let unit = erc20::unit(session, &Address::from(asset.token), asset.decimals).await?;
    let text = TermsFile::of(agreement, Some(unit.symbol)).to_text(&Aliases::new(session))?;
    let hash = hash::format(&agreement.hash(florin_trader::keccak));
    Ok(Answer::new(json!({ "escrow": escrow, "agreement": hash, "terms": text }), text))
}

/// Terms that the contract would take now.
struct Draft {
    contract: Address,
    file: TermsFile,
    unit: Unit,
    names: Names,
    judged: Judged,
    now: Timestamp,
}

/// What the chain has to say of terms.
struct Judged {
    settings: Settings,
    /// The pool of arbitrators.
    pool: Record,
    /// What it has against them, each with the key that it is about.
    objections: Vec<(String, String)>,
}

impl Judged {
    /// Asks the chain. What keeps a credit by these terms from being paid in is no error here: who signs is told.
    async fn load(session: &Session, contract: Address, file: &TermsFile, unit: &Unit) -> Result<Self, CliError> {
        let terms = &file.agreement.terms;
        let asset = Address::from(terms.asset.token);
        let mut objections = Vec::new();
        let mut object = |key: &str, text: String| objections.push((key.to_owned(), text));
        match session.client.read(contract, &escrow::asset(asset)).await? {
            None => {
                let text =
                    "no credit can be in this asset yet; anybody may admit it: florin call escrow admit_asset ASSET";
                object("asset", text.to_owned());
            }
            Some((ledger, minimum)) if ledger.check_seed(minimum).is_err() => {
                let text = format!(
                    "the escrow contract holds too little of it for good, so no credit can be paid in; anybody may give \
                     {}: florin call escrow seed_asset ASSET AMOUNT",
                    unit.short(minimum.saturating_sub(ledger.seed).raw())
                );
                object("asset", text);
            }
            Some(_) => {}
        }
        let (expected, said) = (terms.asset.decimals, erc20::decimals(session, &asset).await);
        match said {
            Ok(actual) if actual == expected => {}
            Ok(actual) => object(
                "asset.decimals",
                format!(
                    "the terms count with {expected}, and the asset has {actual}, so the credit could not be paid in"
                ),
            ),
            Err(CliError::NotErc20 { .. }) => {
                object(
                    "asset.token",
                    "there is no token at this address, so the credit could not be paid in".to_owned(),
                );
            }
            Err(error) => return Err(error),
        }
        let actual = &unit.symbol;
        if let Some(said) = file.symbol.as_ref().filter(|said| !said.eq_ignore_ascii_case(actual)) {
            object(
                "asset.symbol",
                format!("the file calls the asset {said}, and it calls itself {actual}; is it the right one?"),
            );
        }
        let settings = session.client.read(contract, &escrow::fee_settings()).await?;
        if settings.fee > terms.maximum_fee {
            let text = "the protocol's fee is above this now, so the credit could not be paid in; write a higher one";
            object("credit.maximum_fee", text.to_owned());
        }
        let (pool, too_small) = pool(session, &file.agreement.dispute).await?;
        if let Some(text) = too_small {
            object("disputes.pool", text);
        }
        Ok(Self { settings, pool, objections })
    }

    /// What is agreed in short, what each side risks, and what to look at before signing.
    fn facts(&self, file: &TermsFile, unit: &Unit, names: &Names, now: Timestamp) -> Record {
        agreed(&file.agreement, unit, names)
            .ratio("fee", "fee of the protocol now", self.settings.fee.raw())
            .and(self.pool.clone())
            .and(risks(&file.agreement, unit))
            .and(self.warnings(file, names, now))
    }

    /// What the chain has against terms, and what somebody who has seen credits go wrong would say.
    fn warnings(&self, file: &TermsFile, names: &Names, now: Timestamp) -> Record {
        let mut warnings = self.objections.clone();
        for warning in file.warnings(now) {
            warnings.push((warning.key().to_owned(), names.annotate(&warning.to_string())));
        }
        let lines: Vec<String> = warnings.iter().map(|(_, text)| text.clone()).collect();
        let list: Vec<Value> = warnings.iter().map(|(key, text)| json!({ "key": key, "text": text })).collect();
        Record::new().lines("warnings", "look at", &lines, json!(list))
    }
}

/// All that somebody signs or pays for: what is agreed in short, what each side risks, what to look at first, and the
/// complete terms. No key of them is left out, so that nobody signs what was not shown.
///
/// # Errors
/// Terms that no file can say; those of the chain.
pub(super) async fn in_full(session: &Session, contract: Address, file: &TermsFile) -> Result<Record, CliError> {
    let asset = file.agreement.terms.asset;
    let unit = erc20::unit(session, &Address::from(asset.token), asset.decimals).await?;
    let names = Names::new(session.book().ok().as_ref());
    let judged = Judged::load(session, contract, file, &unit).await?;
    let facts = judged.facts(file, &unit, &names, session.now().await?);
    Ok(facts.and(written(file, &Aliases::new(session))?))
}

/// The complete terms as their file has them, without remarks; names of the reader's own address book stand beside
/// addresses.
///
/// # Errors
/// Terms that no file can say.
fn written(file: &TermsFile, names: &dyn florin_trader::Names) -> Result<Record, CliError> {
    let text = file.to_text(names)?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    Ok(Record::new().page("terms", "terms", lines.join("\n")))
}

impl Draft {
    /// Reads a file, and checks it as the contract will.
    async fn load(session: &Session, path: &Path) -> Result<Self, CliError> {
        let contract = session.contract(ESCROW).await?;
        let file = TermsFile::read(path, &Aliases::new(session))?;
        let now = session.now().await?;
        file.check(now)?;
        let terms = &file.agreement.terms;
        let asset = Address::from(terms.asset.token);
        let unit = erc20::unit(session, &asset, terms.asset.decimals).await?;
        let units = session.units(Some(unit.clone()));
        let admitted = session.client.read(contract, &escrow::asset(asset)).await?;
        admitted.ok_or_else(|| Error::UnknownAsset { asset }.explain(&units))?;
        let (expected, actual) = (terms.asset.decimals, erc20::decimals(session, &asset).await?);
        if expected != actual {
            return Err(EscrowError::DecimalsChanged { expected, actual }.explain(&units).into());
        }
        let judged = Judged::load(session, contract, &file, &unit).await?;
        let names = Names::new(session.book().ok().as_ref());
        Ok(Self { contract, file, unit, names, judged, now })
    }

    /// What is agreed, what each side risks, and what to look at before signing.
    fn facts(&self) -> Record {
        self.judged.facts(&self.file, &self.unit, &self.names, self.now)
    }

    /// The same with the complete terms, for whoever is about to sign or send them.
    fn in_full(&self, session: &Session) -> Result<Record, CliError> {
        Ok(self.facts().and(written(&self.file, &Aliases::new(session))?))
    }

    /// Writes a file in which the parties sign.
    async fn write(&self, session: &Session, out: &Path, valid_for: &str) -> Result<Answer, CliError> {
        let deadline = self.now.after(Seconds::from_raw(moment::parse_span(valid_for)?));
        files::check_new(out)?;
        let signatures = Signatures::under_terms(venue(session, self.contract).await?, self.file.agreement, deadline);
        let facts = self.in_full(session)?.and(gathered(&signatures, out, &self.names));
        if session.settings.global.dry_run {
            return Ok(Answer::new(json!({ "sent": false, "preview": facts.to_json() }), facts.to_text()));
        }
        signatures.write(out)?;
        Ok(Answer::new(facts.to_json(), format!("The file waits for signatures\n{}", facts.to_text())))
    }

    /// Drafts the credit, with the signatures of a file where there are any.
    async fn send(&self, session: &Session, signed: Option<(&Path, &Signatures)>) -> Result<Answer, CliError> {
        let mut preview = self.in_full(session)?;
        let mut given = Vec::new();
        if let Some((path, signatures)) = signed {
            check_venue(session, self.contract, signatures, path).await?;
            check_matter(path, matches!(signatures.subject(), Matter::Terms), "signatures under terms")?;
            let (found, expected) = (signatures.subject_hash(), self.file.hash());
            check_hash(path, &found, &expected)?;
            signatures.check_deadline(self.now)?;
            preview = preview.and(gathered(signatures, path, &self.names));
            given = signatures
                .signed()
                .into_iter()
                .map(|(signer, signature)| Signing {
                    signer: signer.into(),
                    deadline: signatures.deadline().raw(),
                    signature: signature.to_vec(),
                })
                .collect();
        }
        let (signer, units) = (session.settings.signer()?, session.units(Some(self.unit.clone())));
        let message = escrow::draft(self.file.agreement, given);
        let heading = "Draft a credit";
        match send::call(session, &signer, self.contract, 0, &message, &units, heading, preview).await? {
            Offered::Shown(answer) => Ok(answer),
            Offered::Sent(sent) => {
                let told: escrow::AgreementWritten = event(&sent.receipt, self.contract)?;
                let moves = events::<escrow::EscrowMoved>(&sent.receipt, self.contract)?;
                let last = moves.into_iter().next_back();
                let at = Timestamp::from_milliseconds(sent.receipt.block.timestamp_ms);
                let status = last.map_or(Status::Draft, |last| last.record.status(&told.agreement.terms, at));
                let result = Record::new()
                    .number("escrow", "credit", told.escrow)
                    .text("status", "status", status_word(status))
                    .text("agreement", "agreement", hash::format(&told.hash));
                Ok(sent.answer("Drafted", &result))
            }
        }
    }
}

/// The pool of arbitrators of terms, and what is wrong with it where the credit could not be paid in.
///
/// # Errors
/// Those of the chain.
pub(super) async fn pool(session: &Session, rules: &DisputeTerms) -> Result<(Record, Option<String>), CliError> {
    let asked = session.client.read(rules.arbitration.into(), &arbitration::pool_size(rules.pool)).await;
    let members = match asked {
        Ok(members) => members,
        Err(CallError::Chain(error)) => return Err(error.into()),
        // What does not say has nobody.
        Err(_) => 0,
    };
    let record = Record::new().number("pool", "pool of arbitrators", rules.pool.into()).number(
        "pool_members",
        "members of the pool",
        members.into(),
    );
    let too_small = check_pool(rules, members).err().map(|required| {
        format!(
            "the pool has {members} members and {required} are needed, so the credit could not be paid in; name a \
             larger one, or make it: florin arbitration pool make ACCOUNT…"
        )
    });
    Ok((record, too_small))
}

/// Checks that a file is about the terms that are meant.
///
/// # Errors
/// [`CliError::OtherFile`].
pub(super) fn check_hash(path: &Path, found: &[u8; 32], expected: &[u8; 32]) -> Result<(), CliError> {
    if found == expected {
        return Ok(());
    }
    Err(CliError::OtherFile {
        path: path.to_owned(),
        found: format!("the agreement {}", hash::format(found)),
        expected: format!("the agreement {}", hash::format(expected)),
    })
}

/// What is agreed, in short. It is no substitute for the terms: who signs or pays is shown [`in_full`].
pub(super) fn agreed(agreement: &Agreement, unit: &Unit, names: &Names) -> Record {
    let Agreement { terms, dispute, .. } = agreement;
    let payment = match terms.payment {
        Payment::Sight => "at sight".to_owned(),
        Payment::Usance { tenor, sight_share } => format!(
            "{} after shipment, {} of it at sight",
            moment::format_span(tenor.raw()),
            crate::amount::percent(sight_share.raw())
        ),
    };
    Record::new()
        .text("agreement", "agreement", hash::format(&agreement.hash(florin_trader::keccak)))
        .person("applicant", "applicant (buyer)", &terms.applicant.into(), names)
        .person("beneficiary", "beneficiary (seller)", &terms.beneficiary.into(), names)
        .optional_person("confirmer", "confirmer", terms.confirmer.map(Address::from).as_ref(), names, "none")
        .asset("asset", "asset", &terms.asset.token.into(), unit, names)
        .amount("amount", "credit", terms.amount.raw(), unit)
        .amount("limit", "most that can be drawn", limit(agreement).raw(), unit)
        .text("payment", "paid", payment)
        .moment("latest_shipment", "latest shipment", terms.latest_shipment.raw())
        .moment("expiry", "expires", terms.expiry.raw())
        .moment("t_max", "all money out by", t_max(terms, dispute).raw())
        .ratio("maximum_fee", "highest fee accepted", terms.maximum_fee.raw())
        .amount("bond", "bond of a dispute", dispute.bond.raw(), unit)
        .amount("appeal_bond", "bond of an appeal", dispute.appeal_bond.raw(), unit)
        .ratio("default_split", "beneficiary's part where nobody rules", terms.default_split.raw())
}

/// The most that can be drawn; terms that could be drafted have one.
fn limit(agreement: &Agreement) -> Amount {
    agreement.terms.limit().unwrap_or(Amount::MAX)
}

/// What each side risks.
fn risks(agreement: &Agreement, unit: &Unit) -> Record {
    let Agreement { terms, checklist, dispute, .. } = agreement;
    let (limit, bond) = (unit.short(limit(agreement).raw()), unit.short(dispute.bond.raw()));
    let end = moment::format(t_max(terms, dispute).raw());
    let split = crate::amount::percent(terms.default_split.raw());
    let (applicant, beneficiary) = if checklist.mask() == 0 {
        (
            format!("{limit} are held until the credit is over; conditions that hold pay without your word"),
            "nothing is paid where the conditions do not hold before the credit expires".to_owned(),
        )
    } else {
        (
            format!(
                "{limit} are held, until {end} at the latest; what you do not refuse in time is paid; a dispute that \
                 you lose costs up to {bond}"
            ),
            format!(
                "documents that are refused and not cured in time are not paid; where they are disputed and nobody \
                 rules you get {split} of them; a dispute that you lose costs up to {bond}"
            ),
        )
    };
    Record::new().text("applicant_risks", "applicant risks", applicant).text(
        "beneficiary_risks",
        "beneficiary risks",
        beneficiary,
    )
}

#[cfg(test)]
mod tests {
    use florin_trader::names::NoNames;

    use super::*;
    use crate::words::trade::tests::file_of;

    #[test]
    fn every_template_is_there() {
        for (name, word) in [
            (TemplateName::Sight, "sight"),
            (TemplateName::Usance, "usance"),
            (TemplateName::Milestones, "milestones"),
            (TemplateName::Conditions, "conditions"),
        ] {
            let answer = template(name);
            assert_eq!(answer.data["name"], json!(word));
            assert!(answer.text.contains("florin terms 1"), "{}", answer.text);
        }
    }

    #[test]
    fn who_signs_is_shown_every_key_of_the_terms() {
        for template in Template::ALL {
            let file = file_of(template);
            let record = written(&file, &NoNames).expect("terms that can be written");
            let shown = record.to_json()["terms"].as_str().expect("a text").to_owned();
            let again = TermsFile::parse(&shown, Path::new(""), &NoNames).expect("the same terms");
            assert_eq!(again.hash(), file.hash(), "what is shown is all that is signed");
            assert!(!shown.starts_with('#'), "{shown}");
            let text = record.to_text();
            for line in shown.lines().filter(|line| !line.is_empty()) {
                assert!(text.contains(line), "{line}");
            }
        }
    }

    #[test]
    fn an_asset_is_agreed_by_its_address() {
        let file = file_of(Template::SightWithTitle);
        let token = Address::from(file.agreement.terms.asset.token);
        let record = agreed(&file.agreement, &Unit::new("USDT", 6), &Names::new(None));
        assert!(record.to_text().contains(&format!("{token:?}, which calls itself USDT")), "{}", record.to_text());
    }

    #[test]
    fn a_file_about_other_terms_is_refused() {
        assert!(check_hash(Path::new("x"), &[1; 32], &[1; 32]).is_ok());
        let error = check_hash(Path::new("x"), &[1; 32], &[2; 32]).expect_err("another agreement");
        assert_eq!((error.code().as_str(), error.exit().code()), ("OTHER_FILE", 7));
        assert!(error.to_string().contains("0x0101") && error.to_string().contains("0x0202"), "{error}");
    }
}
