//! `florin leg`: legs of an exchange with another chain, locked by the hash of a secret.

use std::path::Path;

use florin_bindings::{
    escrow::{self, Error},
    Message,
};
use florin_client::chain::{Address, Block, Chain};
use florin_trade::{
    swap::{self, Bound, Leg, LegTerms, SecretHash},
    Hash,
};
use florin_trader::{hash, keccak};
use florin_units::{Amount, Seconds, Timestamp};
use sha2::{Digest, Sha256};

use crate::{
    amount::Unit,
    arguments::{HashName, LegArguments, LegCommand},
    commands::{
        escrow::{lacks_allowance, paid, Paid, ESCROW},
        vault::event,
    },
    erc20,
    error::CliError,
    files, moment,
    output::Answer,
    pay::{paying, Payment},
    record::Record,
    refusal::Explain,
    send::{self, Offered},
    session::{Session, Settings},
    words::{self, Names},
};

/// Runs a command. A secret is made without asking a node; `settings` are for all else.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(
    settings: impl FnOnce() -> Result<Settings, CliError>,
    command: &LegCommand,
) -> Result<Answer, CliError> {
    if let LegCommand::Secret { out } = command {
        return secret(out);
    }
    let session = &settings()?.connect().await?;
    match command {
        LegCommand::Secret { out } => secret(out),
        LegCommand::Agree(arguments) => agree(session, arguments).await,
        LegCommand::Bond { leg } => bond(session, *leg).await,
        LegCommand::Lock { leg } => lock(session, *leg).await,
        LegCommand::Claim { leg, secret } => claim(session, *leg, secret).await,
        LegCommand::Refund { leg } => refund(session, *leg).await,
        LegCommand::Show { leg } => Ok(Answer::facts(&Subject::load(session, *leg).await?.facts())),
    }
}

/// `florin leg secret`.
fn secret(out: &Path) -> Result<Answer, CliError> {
    let mut secret = Hash::default();
    getrandom::fill(&mut secret).map_err(|error| CliError::System {
        act: "make a secret".to_owned(),
        cause: format!("the system gives no random numbers: {error}"),
    })?;
    files::create_private(out, &format!("{}\n", hash::format(&secret)))?;
    let record = Record::new()
        .text("keccak256", "Keccak-256", hash::format(&keccak(&secret)))
        .text("sha256", "SHA-256", hash::format(&sha256(&secret)))
        .text("file", "file", out.display().to_string());
    Ok(Answer::new(record.to_json(), format!("Give a hash to the other side; keep the file\n{}", record.to_text())))
}

fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The secret in a file. What is wrong with it is told without repeating it.
fn read_secret(path: &Path) -> Result<Hash, CliError> {
    let text = files::read_private(path)?;
    let line = text.lines().next().unwrap_or_default();
    hash::parse(line).map_err(|_| CliError::File {
        path: path.to_owned(),
        cause: "its first line is not 0x and 64 hexadecimal digits".to_owned(),
    })
}

/// A leg that a command is about.
struct Subject {
    contract: Address,
    number: u64,
    leg: Leg,
    unit: Unit,
    names: Names,
}

impl Subject {
    async fn load(session: &Session, number: u64) -> Result<Self, CliError> {
        let contract = session.contract(ESCROW).await?;
        let leg = session.client.read(contract, &escrow::leg(number)).await?;
        let unknown = || Error::UnknownLeg { leg: number }.explain(&session.units(None));
        let leg = leg.ok_or_else(unknown)?;
        let unit = erc20::asset(session, &leg.terms.asset.into()).await?;
        Ok(Self { contract, number, leg, unit, names: Names::new(session.book().ok().as_ref()) })
    }

    fn facts(&self) -> Record {
        Record::new().number("leg", "leg", self.number).and(told(&self.leg, &self.unit, &self.names))
    }

    /// What the rules pay by a message.
    async fn foresee(&self, session: &Session, command: &swap::LegCommand) -> Result<Record, CliError> {
        let caller = session.settings.signer()?.account().to_address().0;
        let outcome = self.leg.decide(command, &caller, bound_now(session).await?);
        let outcome = outcome.map_err(|error| error.explain(&session.units(Some(self.unit.clone()))))?;
        let payments: Vec<Paid> = outcome.payouts.iter().map(|payout| Paid::of(payout, &self.unit)).collect();
        let then = Record::new().text("then", "stage then", words::name(&outcome.leg.stage));
        Ok(paid(then, "pays", &payments, &self.names))
    }

    async fn offer(
        &self,
        session: &Session,
        message: &Message<(), Error>,
        then: Record,
        heading: &str,
        done: &str,
    ) -> Result<Answer, CliError> {
        let signer = session.settings.signer()?;
        let units = session.units(Some(self.unit.clone()));
        let preview = self.facts().and(then);
        let offered = send::call(session, &signer, self.contract, 0, message, &units, heading, preview).await?;
        changed(offered, self.contract, done, &self.unit, &self.names)
    }

    async fn pay(
        &self,
        session: &Session,
        amount: Amount,
        message: &Message<(), Error>,
        then: Record,
        heading: &str,
        done: &str,
    ) -> Result<Answer, CliError> {
        let payment = Payment { asset: self.leg.terms.asset.into(), amount, unit: self.unit.clone() };
        let to = (ESCROW, self.contract);
        let preview = self.facts().and(then);
        let offered = paying(session, to, payment, message, lacks_allowance, heading, preview).await?;
        changed(offered, self.contract, done, &self.unit, &self.names)
    }
}

/// The leg as a transaction left it.
fn changed(offered: Offered, contract: Address, done: &str, unit: &Unit, names: &Names) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let changed: escrow::LegChanged = event(&sent.receipt, contract)?;
            let record = Record::new().number("leg", "leg", changed.leg).and(told(&changed.record, unit, names));
            let secret = changed.preimage.map(|secret| hash::format(&secret));
            Ok(sent.answer(done, &record.optional_text("secret", "secret", secret, "not brought")))
        }
    }
}

fn told(leg: &Leg, unit: &Unit, names: &Names) -> Record {
    let LegTerms { funder, claimer, asset, amount, premium, digest, hash: kind, lock_until, claim_until, refund_from } =
        &leg.terms;
    let record = Record::new()
        .text("stage", "stage", words::name(&leg.stage))
        .person("funder", "funder", &(*funder).into(), names)
        .person("claimer", "claimer", &(*claimer).into(), names)
        .asset("asset", "asset", &(*asset).into(), unit, names)
        .amount("amount", "amount", amount.raw(), unit)
        .amount("premium", "premium", premium.raw(), unit)
        .text("digest", "hash of the secret", hash::format(digest))
        .text("hash", "by", words::name(kind));
    let record = bound(record, "lock_until", "can be locked until", lock_until);
    let record = bound(record, "claim_until", "can be claimed until", claim_until);
    bound(record, "refund_from", "goes back from", refund_from)
}

fn bound(record: Record, key: &'static str, label: &'static str, bound: &Bound) -> Record {
    let seconds = bound.time.raw();
    let text = format!("{} and block {}", moment::format(seconds), bound.block);
    let json = serde_json::json!({ "seconds": seconds, "block": bound.block, "human": text.clone() });
    record.value(key, label, text, json)
}

/// Now, by both clocks.
async fn bound_now(session: &Session) -> Result<Bound, CliError> {
    let head = session.chain().head().await?;
    Ok(Bound {
        time: Timestamp::from_milliseconds(head.timestamp_ms),
        block: u32::try_from(head.number).unwrap_or(u32::MAX),
    })
}

/// So many of the latest blocks tell how far blocks are apart.
const MEASURED: u64 = 100;
/// Blocks that are further apart are made when somebody needs one, and tell nothing of those to come.
const SLOWEST_MS: u64 = 60_000;
/// Blocks that are nearer to each other are no chain's but for development.
const FASTEST_MS: u64 = 250;
/// How far blocks are apart by the bounds of the rules, in milliseconds.
const ASSUMED_MS: u64 = swap::MAXIMUM_LOCK.raw() * 1_000 / swap::MAXIMUM_LOCK_BLOCKS as u64;

/// How far blocks are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BlockTime {
    milliseconds: u64,
    /// Who says so.
    source: &'static str,
}

impl BlockTime {
    /// As it is given, else as the latest blocks have it, else as the bounds of the rules assume. Too short a time would
    /// put refunds off, since they are due by both clocks, and too long a one would end claims early.
    async fn find(session: &Session, given: Option<&str>) -> Result<Self, CliError> {
        if let Some(given) = given {
            let milliseconds = moment::parse_span(given)?.saturating_mul(1_000);
            if milliseconds == 0 {
                let message = "blocks are some time apart; give a --block-time above zero".to_owned();
                return Err(CliError::CommandLine { message });
            }
            return Ok(Self { milliseconds, source: "as given" });
        }
        let last = session.chain().head().await?;
        let first = session.chain().block_at(last.number.saturating_sub(MEASURED)).await?;
        let measured = first.and_then(|first| average(&first, &last));
        Ok(measured
            .map_or(Self { milliseconds: ASSUMED_MS, source: "as the bounds of the rules assume" }, |milliseconds| {
                Self { milliseconds, source: "as the latest blocks are" }
            }))
    }

    fn facts(&self) -> Record {
        let text = format!("{}.{:03} s, {}", self.milliseconds / 1_000, self.milliseconds % 1_000, self.source);
        let json = serde_json::json!({ "milliseconds": self.milliseconds, "source": self.source });
        Record::new().value("block_time", "a block each", text, json)
    }
}

/// How far blocks are apart from one to another; none where that tells nothing of those to come.
fn average(first: &Block, last: &Block) -> Option<u64> {
    // The first block has no time.
    if first.timestamp_ms == 0 {
        return None;
    }
    let span = last.timestamp_ms.checked_sub(first.timestamp_ms)?;
    let average = span.checked_div(last.number.checked_sub(first.number)?)?;
    (FASTEST_MS..=SLOWEST_MS).contains(&average).then_some(average)
}

/// So much later by both clocks.
fn later(now: Bound, span: &str, block_time: BlockTime) -> Result<Bound, CliError> {
    let seconds = moment::parse_span(span)?;
    let blocks = u32::try_from(seconds.saturating_mul(1_000).div_ceil(block_time.milliseconds)).unwrap_or(u32::MAX);
    Ok(Bound { time: now.time.after(Seconds::from_raw(seconds)), block: now.block.saturating_add(blocks) })
}

/// `florin leg agree`.
async fn agree(session: &Session, arguments: &LegArguments) -> Result<Answer, CliError> {
    let contract = session.contract(ESCROW).await?;
    let asset = session.party(&arguments.asset)?.address;
    let unit = erc20::asset(session, &asset).await?;
    let now = bound_now(session).await?;
    let block_time = BlockTime::find(session, arguments.block_time.as_deref()).await?;
    let terms = LegTerms {
        funder: session.party(&arguments.funder)?.address.0,
        claimer: session.party(&arguments.claimer)?.address.0,
        asset: asset.0,
        amount: Amount::from_raw(unit.parse(&arguments.amount)?),
        premium: Amount::from_raw(unit.parse(&arguments.premium)?),
        digest: hash::parse(&arguments.digest)?,
        hash: match arguments.hash {
            HashName::Keccak256 => SecretHash::Keccak256,
            HashName::Sha256 => SecretHash::Sha256,
        },
        lock_until: later(now, &arguments.lock_within, block_time)?,
        claim_until: later(now, &arguments.claim_within, block_time)?,
        refund_from: later(now, &arguments.refund_after, block_time)?,
    };
    let units = session.units(Some(unit.clone()));
    let leg = Leg::agree(terms, now).map_err(|error| error.explain(&units))?;
    let names = Names::new(session.book().ok().as_ref());
    let preview = told(&leg, &unit, &names).and(block_time.facts());
    let signer = session.settings.signer()?;
    let message = escrow::agree_leg(terms);
    let offered = send::call(session, &signer, contract, 0, &message, &units, "Agree a leg", preview).await?;
    changed(offered, contract, "Agreed", &unit, &names)
}

/// `florin leg bond`.
async fn bond(session: &Session, leg: u64) -> Result<Answer, CliError> {
    let subject = Subject::load(session, leg).await?;
    let premium = subject.leg.terms.premium;
    let then = subject.foresee(session, &swap::LegCommand::Bond { received: premium }).await?;
    subject.pay(session, premium, &escrow::bond_leg(leg), then, "Put up the premium", "Put up").await
}

/// `florin leg lock`.
async fn lock(session: &Session, leg: u64) -> Result<Answer, CliError> {
    let subject = Subject::load(session, leg).await?;
    let amount = subject.leg.terms.amount;
    let then = subject.foresee(session, &swap::LegCommand::Lock { received: amount }).await?;
    subject.pay(session, amount, &escrow::lock_leg(leg), then, "Lock the amount", "Locked").await
}

/// `florin leg claim`.
async fn claim(session: &Session, leg: u64, path: &Path) -> Result<Answer, CliError> {
    let secret = read_secret(path)?;
    let subject = Subject::load(session, leg).await?;
    // Nobody hears the secret, the node neither, where it would gain nothing.
    let digest = match subject.leg.terms.hash {
        SecretHash::Keccak256 => keccak(&secret),
        SecretHash::Sha256 => sha256(&secret),
    };
    let then = subject.foresee(session, &swap::LegCommand::Claim { digest }).await?;
    let message = escrow::claim_leg(leg, secret);
    subject.offer(session, &message, then, "Bring the secret, for everybody to read", "Claimed").await
}

/// `florin leg refund`.
async fn refund(session: &Session, leg: u64) -> Result<Answer, CliError> {
    let subject = Subject::load(session, leg).await?;
    let then = subject.foresee(session, &swap::LegCommand::Refund).await?;
    subject.offer(session, &escrow::refund_leg(leg), then, "Have given back what is there", "Given back").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_and_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let made = secret(&path).expect("a secret");
        let read = read_secret(&path).expect("the secret");
        assert_eq!(made.data["keccak256"], serde_json::json!(hash::format(&keccak(&read))));
        assert_eq!(made.data["sha256"], serde_json::json!(hash::format(&sha256(&read))));
        assert!(!made.text.contains(&hash::format(&read)), "the secret itself is not shown");
        assert!(matches!(secret(&path), Err(CliError::FileExists { .. })));
    }

    #[test]
    fn a_bad_secret_is_not_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        files::create_private(&path, "0x7777").expect("written");
        let error = read_secret(&path).expect_err("too short");
        assert!(!error.to_string().contains("7777"), "{error}");
    }

    #[test]
    fn hashes_are_the_known_ones() {
        assert!(hash::format(&sha256(b"")).starts_with("0xe3b0c442"));
        assert!(hash::format(&keccak(b"")).starts_with("0xc5d24601"));
    }

    #[test]
    fn bounds_are_in_time_and_in_blocks() {
        let now = Bound { time: Timestamp::from_raw(100), block: 7 };
        let every = |milliseconds| BlockTime { milliseconds, source: "as given" };
        let bound = later(now, "1h", every(7_000)).expect("a bound");
        assert_eq!((bound.time.raw(), bound.block), (3_700, 7 + 515));
        assert!(later(now, "soon", every(6_000)).is_err());
    }

    #[test]
    fn blocks_tell_how_far_they_are_apart() {
        let block = |number, timestamp_ms| Block { number, hash: Default::default(), timestamp_ms };
        let first = block(100, 1_000_000);
        assert_eq!(average(&first, &block(200, 1_600_000)), Some(6_000));
        assert_eq!(average(&first, &block(200, 1_650_000)), Some(6_500));
        // A chain that makes blocks when it is told, one that stands still, and the first block, which has no time.
        assert_eq!(average(&first, &block(200, 1_000_000 + 100 * 86_400_000)), None);
        assert_eq!(average(&first, &block(200, 1_000_100)), None);
        assert_eq!(average(&first, &first), None);
        assert_eq!(average(&block(0, 0), &block(100, 600_000)), None);
        assert_eq!(ASSUMED_MS, 2_000, "what the longest lock is in blocks and in time");
        let facts = BlockTime { milliseconds: 6_050, source: "as the latest blocks are" }.facts();
        assert!(facts.to_text().contains("6.050 s, as the latest blocks are"), "{}", facts.to_text());
    }
}
