//! `florin escrow keep`: a bot that has done for all credits what anybody may have done.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use florin_bindings::escrow;
use florin_client::{
    chain::{Address, Chain},
    escrow::read,
    signer::Signer,
};
use florin_keeper::{
    escrow::{due, Due},
    EscrowAct, EscrowConfig, EscrowKeeper, EscrowReport, EscrowStuck, Supplied,
};
use florin_trade::{condition::Evidence, EscrowId};
use florin_units::Amount;
use serde::Deserialize;
use serde_json::{json, Value};

use super::ESCROW;
use crate::{
    amount::Unit,
    arguments::KeepArguments,
    commands::arbitration::ARBITRATION,
    erc20,
    error::CliError,
    files, moment,
    output::Answer,
    record::{list, Record},
    refusal::Explain,
    send::confirm,
    session::Session,
    words,
};

/// Credits in one of many rounds; at ctrl-c the round goes on to its end.
const ESCROWS: u64 = 100;
/// So many rounds in a row that fail end the bot.
const FAILURES: u32 = 10;

/// `florin escrow keep`.
pub(super) async fn keep(session: &Session, arguments: &KeepArguments) -> Result<Answer, CliError> {
    // Without a pause the node would be asked without end.
    let pause = moment::parse_span(&arguments.every)?.max(1);
    let given = arguments.supplied.as_deref().map(Given::read).transpose()?;
    let signer = session.settings.signer()?;
    let contract = session.contract(ESCROW).await?;
    let arbitration = session.contract(ARBITRATION).await?;
    let tips = Tips::read(session, arguments).await?;
    let mut preview = Record::new()
        .address("contract", "escrow", &contract)
        .address("arbitration", "arbitration", &arbitration)
        .account("from", "from", &signer.account(), session.info.ss58_prefix)
        .and(tips.facts());
    if let Some(given) = &given {
        preview = preview
            .number("signatures", "signatures given", u64::try_from(given.signatures.len()).unwrap_or(u64::MAX))
            .number("preimages", "preimages given", u64::try_from(given.preimages.len()).unwrap_or(u64::MAX));
    }
    if !arguments.once {
        preview = preview.span("every", "every", pause);
    }
    let with_it = match session.chain().is_mapped(&signer.account()).await? {
        true => Vec::new(),
        false => vec!["map the account to its address, with the first act".to_owned()],
    };
    preview = preview.lines("with_it", "with it", &with_it, json!(with_it));
    let mut teller = Teller::new(session, contract);
    if session.settings.global.dry_run {
        let preview = preview.and(teller.due(&signer, &tips).await?);
        let data = json!({ "sent": false, "preview": preview.to_json() });
        return Ok(Answer::new(data, format!("Do what is due for credits\n{}", preview.to_text())));
    }
    session.output().note(&format!("Do what is due for credits\n{}", preview.to_text()));
    confirm(session, "Run it?")?;
    let config = EscrowConfig {
        minimum_tips: tips.raw(),
        regardless: tips.regardless,
        arbitration: Some(arbitration),
        escrows_per_step: if arguments.once { u64::MAX } else { ESCROWS },
    };
    let mut keeper = EscrowKeeper::new(session.client.clone(), contract, signer, config);
    if let Some(given) = given {
        given.add_to(keeper.supplied());
    }
    if arguments.once {
        let report = Box::pin(keeper.step()).await?;
        return Ok(teller.round(&report).await);
    }
    let mut stop = tokio::spawn(tokio::signal::ctrl_c());
    let mut failures: u32 = 0;
    let heard = loop {
        if stop.is_finished() {
            break (&mut stop).await;
        }
        let mut is_complete = true;
        match Box::pin(keeper.step()).await {
            Ok(report) => {
                failures = 0;
                is_complete = report.is_complete;
                session.output().finish(&teller.round(&report).await);
            }
            Err(error) => {
                let error = CliError::from(error);
                failures = failures.saturating_add(1);
                if failures >= FAILURES {
                    return Err(error);
                }
                session.output().note(&format!("a round ended early: {error}"));
            }
        }
        if !is_complete {
            continue;
        }
        tokio::select! {
            heard = &mut stop => break heard,
            () = tokio::time::sleep(Duration::from_secs(pause)) => {}
        }
    };
    let heard = heard.map_err(|error| error.to_string()).and_then(|heard| heard.map_err(|error| error.to_string()));
    heard.map_err(|cause| CliError::System { act: "listen for ctrl-c".to_owned(), cause })?;
    Ok(teller.totals())
}

/// The least tips for which the bot acts, by asset.
struct Tips {
    minimum: BTreeMap<Address, (u128, Unit)>,
    regardless: bool,
}

impl Tips {
    async fn read(session: &Session, arguments: &KeepArguments) -> Result<Self, CliError> {
        let coin = session.contract("token").await?;
        let mut minimum = BTreeMap::new();
        for text in &arguments.minimum_tips {
            let (asset, amount, unit) = match text.split_once('=') {
                None => (coin, text.as_str(), Unit::coin()),
                Some((asset, amount)) => {
                    let asset = session.party(asset)?.address;
                    (asset, amount, erc20::asset(session, &asset).await?)
                }
            };
            minimum.insert(asset, (unit.parse(amount)?, unit));
        }
        if minimum.is_empty() {
            // Any tip at all.
            minimum.insert(coin, (1, Unit::coin()));
        }
        Ok(Self { minimum, regardless: arguments.regardless })
    }

    fn raw(&self) -> BTreeMap<Address, Amount> {
        self.minimum.iter().map(|(asset, (raw, _))| (*asset, Amount::from_raw(*raw))).collect()
    }

    /// Whether the bot acts for such a tip.
    fn is_enough(&self, asset: &Address, tip: Amount) -> bool {
        self.regardless || self.minimum.get(asset).is_some_and(|(minimum, _)| tip.raw() >= *minimum)
    }

    fn facts(&self) -> Record {
        let line = |(asset, (raw, unit)): (&Address, &(u128, Unit))| format!("{} of {asset:?}", unit.exact(*raw));
        let lines = match self.regardless {
            true => vec!["none, in all assets".to_owned()],
            false => self.minimum.iter().map(line).collect(),
        };
        let values: Vec<Value> = match self.regardless {
            true => Vec::new(),
            false => self.minimum.iter().map(|(asset, (raw, unit))| amount_json(asset, *raw, unit)).collect(),
        };
        Record::new().hidden("regardless", json!(self.regardless)).lines(
            "minimum_tips",
            "least tip",
            &lines,
            json!(values),
        )
    }
}

/// What somebody has given for conditions, as its file has it. Its secrets are never told, so it has no text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenFile {
    #[serde(default)]
    signatures: BTreeMap<EscrowId, BTreeMap<Address, String>>,
    #[serde(default)]
    preimages: BTreeMap<EscrowId, Vec<String>>,
}

/// The same, read.
struct Given {
    signatures: Vec<(EscrowId, Address, Vec<u8>)>,
    preimages: Vec<(EscrowId, [u8; 32])>,
}

impl Given {
    /// Reads a file that only its owner may read.
    fn read(path: &Path) -> Result<Self, CliError> {
        Self::parse(path, &files::read_private(path)?)
    }

    /// What is wrong is told by its place; the texts are secrets.
    fn parse(path: &Path, text: &str) -> Result<Self, CliError> {
        let unusable = |cause: String| CliError::File { path: path.to_owned(), cause };
        let bytes = |text: &str| text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
        let file: GivenFile = files::parse(path, text)?;
        let mut given = Self { signatures: Vec::new(), preimages: Vec::new() };
        for (escrow, signatures) in file.signatures {
            for (signer, signature) in signatures {
                let signature = bytes(&signature).filter(|signature| !signature.is_empty()).ok_or_else(|| {
                    unusable(format!("the signature of {signer:?} for credit {escrow} is not hexadecimal with 0x"))
                })?;
                given.signatures.push((escrow, signer, signature));
            }
        }
        for (escrow, preimages) in file.preimages {
            for (place, preimage) in (1u64..).zip(&preimages) {
                let preimage = bytes(preimage).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                let wrong =
                    || unusable(format!("preimage {place} for credit {escrow} is not 0x and 64 hexadecimal digits"));
                given.preimages.push((escrow, preimage.ok_or_else(wrong)?));
            }
        }
        Ok(given)
    }

    fn add_to(self, supplied: &mut Supplied) {
        for (escrow, signer, signature) in self.signatures {
            supplied.add_signature(escrow, signer, signature);
        }
        for (escrow, preimage) in self.preimages {
            supplied.add_preimage(escrow, preimage);
        }
    }
}

/// What a credit is paid in.
#[derive(Clone)]
struct Asset {
    /// None where the credit could not be read.
    address: Option<Address>,
    unit: Unit,
}

/// Tells what rounds have done.
struct Teller<'a> {
    session: &'a Session,
    contract: Address,
    assets: BTreeMap<EscrowId, Asset>,
    /// What was left undone when all credits had been looked at the last time, and since: it is told once.
    before: BTreeSet<String>,
    since: BTreeSet<String>,
    rounds: u64,
    done: u64,
    late: u64,
    fees: u128,
    tips: BTreeMap<Address, (Unit, u128)>,
}

impl<'a> Teller<'a> {
    fn new(session: &'a Session, contract: Address) -> Self {
        Self {
            session,
            contract,
            assets: BTreeMap::new(),
            before: BTreeSet::new(),
            since: BTreeSet::new(),
            rounds: 0,
            done: 0,
            late: 0,
            fees: 0,
            tips: BTreeMap::new(),
        }
    }

    /// The asset of a credit. One that does not answer holds nothing up: its amounts are told in raw units.
    async fn asset(&mut self, id: EscrowId) -> Asset {
        if let Some(asset) = self.assets.get(&id) {
            return asset.clone();
        }
        let raw = || Unit::new("raw units", 0);
        let Ok(Some(agreement)) = self.session.client.read(self.contract, &escrow::agreement(id)).await else {
            return Asset { address: None, unit: raw() };
        };
        let terms = agreement.terms.asset;
        let address = Address::from(terms.token);
        let Ok(unit) = erc20::unit(self.session, &address, terms.decimals).await else {
            return Asset { address: Some(address), unit: raw() };
        };
        let asset = Asset { address: Some(address), unit };
        self.assets.insert(id, asset.clone());
        asset
    }

    /// One round: a line for each act beside the result, and the result.
    async fn round(&mut self, report: &EscrowReport) -> Answer {
        let (output, native) = (*self.session.output(), self.session.native());
        let mut done = Vec::new();
        for one in &report.done {
            let asset = self.asset(one.escrow).await;
            let (tip, fee) = (one.tip.raw(), native.short(one.fee));
            output.note(&format!("{}: tip {}, fee {fee}", told(one.escrow, one.act), asset.unit.short(tip)));
            done.push(earning(one.escrow, one.act, tip, &asset).amount("fee", "fee", one.fee, &native));
            if let (Some(address), true) = (asset.address, tip > 0) {
                let earned = &mut self.tips.entry(address).or_insert((asset.unit, 0)).1;
                *earned = earned.saturating_add(tip);
            }
        }
        let mut unprofitable = Vec::new();
        for (escrow, act, tip) in &report.unprofitable {
            let asset = self.asset(*escrow).await;
            self.undone(format!("{}: left to others, tip {}", told(*escrow, *act), asset.unit.short(tip.raw())));
            unprofitable.push(earning(*escrow, *act, tip.raw(), &asset));
        }
        let mut stuck = Vec::new();
        for (escrow, act, why) in &report.stuck {
            let asset = self.asset(*escrow).await;
            let reason = self.reason(why, asset.unit);
            self.undone(format!("{}: not done, {reason}", told(*escrow, *act)));
            stuck.push(named(*escrow, *act).text("reason", "reason", reason));
        }
        if report.is_complete {
            self.before = std::mem::take(&mut self.since);
        }
        let count = u64::try_from(report.done.len()).unwrap_or(u64::MAX);
        self.rounds = self.rounds.saturating_add(1);
        self.done = self.done.saturating_add(count);
        self.late = self.late.saturating_add(report.late);
        self.fees = self.fees.saturating_add(report.fees);
        let data = json!({
            "examined": report.examined,
            "done": list(&done),
            "unprofitable": list(&unprofitable),
            "stuck": list(&stuck),
            "late": report.late,
            "fees": native.json(report.fees),
            "complete": report.is_complete,
        });
        let text = format!(
            "looked at {}, done {count}, left to others {}, not done {}, too late {}, fees {}",
            report.examined,
            unprofitable.len(),
            stuck.len(),
            report.late,
            native.short(report.fees)
        );
        Answer::new(data, text)
    }

    /// Tells once what is not done.
    fn undone(&mut self, line: String) {
        if !self.before.contains(&line) && !self.since.contains(&line) {
            self.session.output().note(&line);
        }
        self.since.insert(line);
    }

    fn reason(&self, why: &EscrowStuck, unit: Unit) -> String {
        let units = self.session.units(Some(unit));
        match why {
            EscrowStuck::Rules(error) => error.explain(&units).reason,
            EscrowStuck::Escrow(error) => error.explain(&units).reason,
            EscrowStuck::Arbitration(error) => error.explain(&units).reason,
            EscrowStuck::Failed { cause } => words::harmless(cause).replace('\n', " "),
            EscrowStuck::GivenUp => {
                "it has failed in blocks after its trials had succeeded, and waits until the records change".to_owned()
            }
        }
    }

    fn totals(&self) -> Answer {
        let native = self.session.native();
        let lines: Vec<String> = self.tips.values().map(|(unit, raw)| unit.exact(*raw)).collect();
        let tips: Vec<Value> = self.tips.iter().map(|(asset, (unit, raw))| amount_json(asset, *raw, unit)).collect();
        let facts = Record::new()
            .number("rounds", "rounds", self.rounds)
            .number("acts", "acts", self.done)
            .number("late", "too late", self.late)
            .lines("tips", "tips", &lines, json!(tips))
            .amount("fees", "fees", self.fees, &native);
        Answer::new(facts.to_json(), format!("Stopped\n{}", facts.to_text()))
    }

    /// What is due now by the rules, without anybody's signatures and preimages.
    async fn due(&mut self, signer: &Signer, tips: &Tips) -> Result<Record, CliError> {
        let session = self.session;
        let (client, keeper) = (&session.client, signer.account().to_address());
        let count = client.read(self.contract, &escrow::count()).await?;
        let now = session.now().await?;
        let (mut lines, mut records) = (Vec::new(), Vec::new());
        for id in 0..count {
            let Some(picture) = read(client, self.contract, id).await? else { continue };
            for Due { act, tip } in due(&picture, &Evidence::default(), keeper.0, now) {
                let asset = self.asset(id).await;
                let what = told(id, act);
                match tip {
                    Ok(tip) => {
                        let is_enough = asset.address.is_some_and(|address| tips.is_enough(&address, tip));
                        let left = if is_enough { "" } else { ", left to others" };
                        lines.push(format!("{what}: tip {}{left}", asset.unit.short(tip.raw())));
                        records.push(earning(id, act, tip.raw(), &asset).hidden("enough", json!(is_enough)));
                    }
                    Err(error) => {
                        let reason = self.reason(&EscrowStuck::Rules(error), asset.unit);
                        lines.push(format!("{what}: cannot be done, {reason}"));
                        records.push(named(id, act).text("reason", "reason", reason));
                    }
                }
            }
        }
        let due = list(&records);
        if lines.is_empty() {
            lines.push("nothing".to_owned());
        }
        Ok(Record::new().lines("due", "due", &lines, due))
    }
}

/// An amount of an asset, as programs get it.
fn amount_json(asset: &Address, raw: u128, unit: &Unit) -> Value {
    json!({ "asset": format!("{asset:?}"), "amount": unit.json(raw) })
}

/// An act, as programs get it.
fn named(escrow: EscrowId, act: EscrowAct) -> Record {
    let record = Record::new().number("escrow", "credit", escrow).text("act", "act", words::name(&act));
    match act {
        EscrowAct::Mature { number } => record.number("number", "number", number.into()),
        EscrowAct::CallPanel { is_appeal }
        | EscrowAct::DrawPanel { is_appeal }
        | EscrowAct::Report { is_appeal }
        | EscrowAct::Close { is_appeal } => record.flag("appeal", "appeal", is_appeal),
        EscrowAct::Settle | EscrowAct::Execute | EscrowAct::Collect => record,
    }
}

/// An act with its tip.
fn earning(escrow: EscrowId, act: EscrowAct, tip: u128, asset: &Asset) -> Record {
    let address = asset.address.map(|address| format!("{address:?}"));
    named(escrow, act).amount("tip", "tip", tip, &asset.unit).hidden("asset", json!(address))
}

/// An act in words.
fn told(escrow: EscrowId, act: EscrowAct) -> String {
    let name = words::name(&act);
    match act {
        EscrowAct::Mature { number } => format!("credit {escrow}, {name} {number}"),
        EscrowAct::CallPanel { is_appeal: true }
        | EscrowAct::DrawPanel { is_appeal: true }
        | EscrowAct::Report { is_appeal: true }
        | EscrowAct::Close { is_appeal: true } => format!("credit {escrow}, {name} of the appeal"),
        _ => format!("credit {escrow}, {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Given, CliError> {
        Given::parse(Path::new("supplied.json"), text)
    }

    fn refused(text: &str) -> CliError {
        parse(text).err().expect("it cannot be used")
    }

    #[test]
    fn what_is_given_is_read() {
        let (signer, preimage) = (format!("0x{}", "11".repeat(20)), format!("0x{}", "ab".repeat(32)));
        let text =
            format!(r#"{{"signatures": {{"7": {{"{signer}": "0x0607"}}}}, "preimages": {{"7": ["{preimage}"]}}}}"#);
        let given = parse(&text).expect("signatures and preimages");
        assert_eq!(given.signatures, [(7, Address::repeat_byte(0x11), vec![6, 7])]);
        assert_eq!(given.preimages, [(7, [0xab; 32])]);
        let nothing = parse("{}").expect("nothing is given");
        assert!(nothing.signatures.is_empty() && nothing.preimages.is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_without_the_secret() {
        let signed = |escrow: &str, signer: &str, signature: &str| {
            format!(r#"{{"signatures": {{"{escrow}": {{"{signer}": "{signature}"}}}}}}"#)
        };
        let signer = format!("0x{}", "11".repeat(20));
        let error = refused(&signed("7", &signer, "0xabcg"));
        assert!(error.to_string().contains("for credit 7") && !error.to_string().contains("abc"), "{error}");
        assert_eq!((error.code().as_str(), error.exit().code()), ("INVALID_FILE", 2));
        let short = refused(&format!(r#"{{"preimages": {{"7": ["0x{}", "0xabab"]}}}}"#, "cd".repeat(32)));
        assert!(short.to_string().contains("preimage 2") && !short.to_string().contains("abab"), "{short}");
        for text in [
            signed("seven", &signer, "0x0607"),
            signed("7", "0x1111", "0x0607"),
            signed("7", &signer, "0x"),
            signed("7", &signer, "0607"),
            r#"{"preimage": []}"#.to_owned(),
            "not JSON".to_owned(),
        ] {
            assert_eq!(refused(&text).code(), "INVALID_FILE", "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_others_may_read_is_not_taken() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("supplied.json");
        files::create_private(&path, "{}").expect("written");
        assert!(Given::read(&path).is_ok());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("changed");
        assert!(matches!(Given::read(&path), Err(CliError::SharedFile { .. })));
    }

    #[test]
    fn acts_have_words() {
        assert_eq!(told(7, EscrowAct::Settle), "credit 7, settle");
        assert_eq!(told(7, EscrowAct::Mature { number: 2 }), "credit 7, mature 2");
        assert_eq!(told(7, EscrowAct::CallPanel { is_appeal: true }), "credit 7, call panel of the appeal");
        let expected = json!({ "escrow": 7, "act": "draw panel", "appeal": false });
        assert_eq!(named(7, EscrowAct::DrawPanel { is_appeal: false }).to_json(), expected);
    }
}
