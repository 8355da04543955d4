//! `florin escrow claim` and `redirect`: what one is owed and could not be delivered.

use std::path::Path;

use florin_bindings::{
    escrow::{self, Error},
    Message,
};
use florin_client::chain::{Address, Hash};
use florin_trade::{
    ledger::{redirection_hash, Claim},
    EscrowError,
};
use florin_trader::typed_data::TypedData;
use florin_units::{Amount, Seconds, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use super::{
    subject::{events, venue},
    ESCROW,
};
use crate::{
    amount::Unit,
    arguments::{ClaimArguments, RedirectArguments},
    erc20,
    error::CliError,
    files, moment,
    output::Answer,
    record::Record,
    refusal::{Explain, Refusal},
    send::{self, Offered},
    session::Session,
    wallet::Signed,
    words::Names,
};

/// What the first key of a file with a redirection says.
const FORMAT: &str = "florin redirection 1";

/// A claim of somebody in an asset.
struct Owed {
    contract: Address,
    asset: Address,
    /// Of credits that name this compliance contract; zero for none.
    compliance: Address,
    account: Address,
    claim: Claim,
    unit: Unit,
    names: Names,
}

impl Owed {
    /// Reads a claim.
    ///
    /// # Errors
    /// There is nothing to claim; those of the chain.
    async fn load(session: &Session, asset: Address, compliance: Address, account: Address) -> Result<Self, CliError> {
        let contract = session.contract(ESCROW).await?;
        let unit = erc20::asset(session, &asset).await?;
        let claim = session.client.read(contract, &escrow::claim_of(asset, compliance, account)).await?;
        if claim.amount.is_zero() {
            let error = EscrowError::NothingToClaim { account: account.0 };
            return Err(error.explain(&session.units(Some(unit))).into());
        }
        let names = Names::new(session.book().ok().as_ref());
        Ok(Self { contract, asset, compliance, account, claim, unit, names })
    }

    fn facts(&self, to: &Address) -> Record {
        Record::new()
            .asset("asset", "asset", &self.asset, &self.unit, &self.names)
            .optional_person(
                "compliance",
                "compliance contract",
                Some(&self.compliance).filter(|contract| !contract.is_zero()),
                &self.names,
                "none",
            )
            .person("owner", "whose claim", &self.account, &self.names)
            .amount("amount", "amount", self.claim.amount.raw(), &self.unit)
            .person("to", "paid to", to, &self.names)
    }

    async fn offer(
        &self,
        session: &Session,
        message: &Message<(), Error>,
        heading: &str,
        preview: Record,
    ) -> Result<Answer, CliError> {
        let signer = session.settings.signer()?;
        let units = session.units(Some(self.unit.clone()));
        match send::call(session, &signer, self.contract, 0, message, &units, heading, preview).await? {
            Offered::Shown(answer) => Ok(answer),
            Offered::Sent(sent) => {
                let told = events::<escrow::Paid>(&sent.receipt, self.contract)?.into_iter().next_back();
                let told = told.ok_or(CliError::NoEvent { event: "Paid" })?;
                let result = Record::new()
                    .asset("asset", "asset", &told.asset, &self.unit, &self.names)
                    .person("to", "paid to", &told.account, &self.names)
                    .amount("amount", "amount", told.amount.raw(), &self.unit);
                Ok(sent.answer("Paid", &result))
            }
        }
    }
}

/// `florin escrow claim`.
pub(super) async fn claim(session: &Session, arguments: &ClaimArguments) -> Result<Answer, CliError> {
    let asset = session.party(&arguments.asset)?.address;
    let compliance = compliance(session, arguments.compliance.as_deref())?;
    let account = session.party_or_me(arguments.of.as_deref())?.address;
    let to = match &arguments.to {
        Some(to) => session.party(to)?.address,
        None => account,
    };
    let owed = match Owed::load(session, asset, compliance, account).await {
        Err(CliError::Refused { refusal, .. }) if arguments.compliance.is_none() => {
            return Err(elsewhere(session, *refusal, asset, account).await?.into());
        }
        loaded => loaded?,
    };
    let message = escrow::claim(asset, compliance, account, to);
    owed.offer(session, &message, "Have a claim paid", owed.facts(&to)).await
}

/// The latest credits that are looked through for the compliance contracts that they name.
const LOOKED_AT: u64 = 200;

/// Where nothing is owed of credits that name no compliance contract: the refusal, with what waits under those that
/// other credits in the asset name. Not only parties are owed something: keepers, arbiters and the collector are too.
async fn elsewhere(session: &Session, refusal: Refusal, asset: Address, account: Address) -> Result<Refusal, CliError> {
    let contract = session.contract(ESCROW).await?;
    let count = session.client.read(contract, &escrow::count()).await?;
    let first = count.saturating_sub(LOOKED_AT);
    let unit = erc20::asset(session, &asset).await?;
    let mut seen: Vec<Address> = Vec::new();
    let mut waiting = Vec::new();
    for id in (first..count).rev() {
        let Some(agreement) = session.client.read(contract, &escrow::agreement(id)).await? else { continue };
        let named = agreement.terms.compliance.map(Address::from);
        let Some(compliance) = named.filter(|named| !seen.contains(named)) else { continue };
        if Address::from(agreement.terms.asset.token) != asset {
            continue;
        }
        seen.push(compliance);
        let claim = session.client.read(contract, &escrow::claim_of(asset, compliance, account)).await?;
        if !claim.amount.is_zero() {
            waiting.push((compliance, claim.amount));
        }
    }
    Ok(with_waiting(refusal, asset, &waiting, &unit, first))
}

/// A refusal with what waits under compliance contracts; `first` is the first credit that was looked at.
fn with_waiting(refusal: Refusal, asset: Address, waiting: &[(Address, Amount)], unit: &Unit, first: u64) -> Refusal {
    let mut refusal = refusal;
    let list: Vec<Value> = waiting
        .iter()
        .map(|(compliance, amount)| {
            json!({ "compliance": format!("{compliance:?}"), "amount": unit.json(amount.raw()) })
        })
        .collect();
    refusal.details.insert("waiting".to_owned(), json!(list));
    refusal.details.insert("looked_at_from".to_owned(), json!(first));
    if let Some((compliance, amount)) = waiting.first() {
        let others = match waiting.len().saturating_sub(1) {
            0 => String::new(),
            more => format!(", and more under {more} others"),
        };
        refusal.next = Some(format!(
            "{} wait under a compliance contract that credits name: florin escrow claim {asset:?} --compliance \
             {compliance:?}{others}",
            unit.short(amount.raw())
        ));
    }
    refusal
}

/// The compliance contract that credits name, zero for none. Errors: it is nobody.
fn compliance(session: &Session, named: Option<&str>) -> Result<Address, CliError> {
    named.map_or(Ok(Address::zero()), |named| Ok(session.party(named)?.address))
}

/// A redirection, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Redirection {
    format: String,
    /// The chain's first block.
    genesis_hash: Hash,
    contract: Address,
    asset: Address,
    /// Of credits that name this compliance contract; zero for none.
    compliance: Address,
    account: Address,
    to: Address,
    nonce: u32,
    /// Last moment at which it counts, in seconds since 1970.
    deadline: u64,
    signature: String,
}

/// `florin escrow redirect sign`.
pub(super) async fn sign(session: &Session, arguments: &RedirectArguments) -> Result<Answer, CliError> {
    let RedirectArguments { valid_for, until, wallet, .. } = arguments;
    let (asset, to) = (session.party(&arguments.asset)?.address, session.party(&arguments.to)?.address);
    let compliance = compliance(session, arguments.compliance.as_deref())?;
    wallet.check_moment(until.is_some(), "--until")?;
    let out = wallet.new_file(arguments.out.as_deref())?;
    let signatory = wallet.signatory(session)?;
    let owed = Owed::load(session, asset, compliance, signatory.address).await?;
    let deadline = match until {
        Some(text) => Timestamp::from_raw(moment::parse(text)?),
        None => session.now().await?.after(Seconds::from_raw(moment::parse_span(valid_for)?)),
    };
    let facts = owed.facts(&to).moment("deadline", "counts until", deadline.raw());
    let nonce = owed.claim.redemptions;
    let data = TypedData::of(venue(session, owed.contract).await?, |keccak| {
        redirection_hash(&asset.0, &compliance.0, &owed.account.0, &to.0, nonce, deadline, keccak)
    });
    let signature = match wallet.sign(session, &signatory, &data, "Sign where a claim is paid", &facts)? {
        Signed::Shown(answer) => return Ok(answer),
        Signed::By(signature) => signature,
    };
    let redirection = Redirection {
        format: FORMAT.to_owned(),
        genesis_hash: session.info.genesis_hash,
        contract: owed.contract,
        asset,
        compliance,
        account: owed.account,
        to,
        nonce,
        deadline: deadline.raw(),
        signature: florin_trader::hash::format(&signature),
    };
    files::create(out, &files::json(&redirection)?)?;
    let facts = Record::new().text("file", "file", out.display().to_string()).and(facts);
    Ok(Answer::new(facts.to_json(), format!("Signed\n{}", facts.to_text())))
}

impl Redirection {
    fn read(path: &Path) -> Result<(Self, Vec<u8>), CliError> {
        let unusable = |cause: &str| CliError::File { path: path.to_owned(), cause: cause.to_owned() };
        let read: Self = files::parse(path, &files::read(path)?)?;
        if read.format != FORMAT {
            return Err(unusable("it holds no redirection; florin escrow redirect sign writes one"));
        }
        let bytes = read.signature.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
        let bytes = bytes.ok_or_else(|| unusable("the signature is not hexadecimal"))?;
        Ok((read, bytes))
    }
}

/// `florin escrow redirect send`.
pub(super) async fn send(session: &Session, path: &Path) -> Result<Answer, CliError> {
    let (signed, signature) = Redirection::read(path)?;
    let owed = Owed::load(session, signed.asset, signed.compliance, signed.account).await?;
    if (signed.contract, signed.genesis_hash) != (owed.contract, session.info.genesis_hash) {
        let place = |contract: &Address, genesis: &Hash| format!("{contract:?} on the chain {genesis:?}");
        return Err(CliError::OtherFile {
            path: path.to_owned(),
            found: place(&signed.contract, &signed.genesis_hash),
            expected: place(&owed.contract, &session.info.genesis_hash),
        });
    }
    let Redirection { asset, compliance, account, to, nonce, deadline, .. } = signed;
    let facts = owed.facts(&to).moment("deadline", "counts until", deadline);
    let message = escrow::claim_for(asset, compliance, account, to, nonce, deadline, signature);
    owed.offer(session, &message, "Bring a redirected claim", facts).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Units;

    #[test]
    fn what_waits_elsewhere_is_named() {
        let (asset, unit) = (Address::repeat_byte(1), Unit::coin());
        let refusal = || EscrowError::NothingToClaim { account: [2; 20] }.explain(&Units::plain());
        let compliance = Address::repeat_byte(3);
        let amount = Amount::from_raw(1_000_000_000_000_000_000);
        let found = with_waiting(refusal(), asset, &[(compliance, amount)], &unit, 4);
        let next = found.next.unwrap_or_default();
        assert!(next.contains("1 FLRN wait") && next.contains(&format!("claim {asset:?} --compliance {compliance:?}")));
        assert_eq!((found.code.as_str(), &found.details["looked_at_from"]), ("NOTHING_TO_CLAIM", &json!(4)));
        assert_eq!(found.details["waiting"][0]["compliance"], json!(format!("{compliance:?}")));
        let none = with_waiting(refusal(), asset, &[], &unit, 0);
        assert!(none.next.is_some_and(|next| next.contains("--compliance CONTRACT")), "the way is named all the same");
    }

    #[test]
    fn a_redirection_is_read_as_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("redirection.json");
        let written = Redirection {
            format: FORMAT.to_owned(),
            genesis_hash: Hash::repeat_byte(1),
            contract: Address::repeat_byte(2),
            asset: Address::repeat_byte(3),
            compliance: Address::zero(),
            account: Address::repeat_byte(4),
            to: Address::repeat_byte(5),
            nonce: 6,
            deadline: 7,
            signature: "0x0809".to_owned(),
        };
        files::create(&path, &files::json(&written).expect("text")).expect("written");
        assert_eq!(Redirection::read(&path).ok(), Some((written.clone(), vec![8, 9])));
        for other in [
            Redirection { format: "a ballot".to_owned(), ..written.clone() },
            Redirection { signature: "8".to_owned(), ..written },
        ] {
            let path = folder.path().join(other.signature.clone() + ".json");
            let _ = std::fs::remove_file(&path);
            files::create(&path, &files::json(&other).expect("text")).expect("written");
            assert_eq!(Redirection::read(&path).map_err(|error| error.code()), Err("INVALID_FILE".to_owned()));
        }
    }
}
