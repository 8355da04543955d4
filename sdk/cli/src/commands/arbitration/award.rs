//! What a member of a panel commits to and reveals. Award and salt are in a file of its owner's alone until then.

use std::path::Path;

use florin_bindings::arbitration::{self, Error};
use florin_client::chain::{Address, Hash as ChainHash};
use florin_panels::{
    case::{commitment, CaseId, Message},
    ArbitrationError,
};
use florin_trade::Hash;
use florin_trader::{hash, keccak};
use florin_units::Amount;
use serde::{Deserialize, Serialize};

use super::{
    case::{case_id, Subject},
    Panels,
};
use crate::{
    arguments::CaseArguments,
    commands::vault::event,
    error::CliError,
    files,
    output::Answer,
    record::Record,
    send::{self, Offered},
};

/// What the first key of the file says.
const FORMAT: &str = "florin award 1";

/// An award with its salt, as the file has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Award {
    format: String,
    /// The chain's first block.
    genesis_hash: ChainHash,
    contract: Address,
    court: Address,
    number: u64,
    is_appeal: bool,
    member: Address,
    /// Raw units, as decimal text.
    award: String,
    /// 0x and 64 hexadecimal digits; with the award it tells what was committed.
    salt: String,
}

/// Neither award nor salt is ever shown by accident.
impl core::fmt::Debug for Award {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Award({})", self.number)
    }
}

impl Award {
    fn id(&self) -> CaseId {
        CaseId { court: self.court.0, number: self.number, is_appeal: self.is_appeal }
    }

    /// Reads a file: what is revealed.
    fn read(path: &Path) -> Result<(Self, Amount, Hash), CliError> {
        let unusable = |cause: &str| CliError::File { path: path.to_owned(), cause: cause.to_owned() };
        let read: Self = files::parse(path, &files::read_private(path)?)?;
        if read.format != FORMAT {
            return Err(unusable("it holds no award; florin arbitration commit writes one"));
        }
        let award = read.award.parse().map(Amount::from_raw).map_err(|_| unusable("the award cannot be read"))?;
        // The error of a hash would repeat the salt.
        let salt = hash::parse(&read.salt).map_err(|_| unusable("the salt cannot be read"))?;
        Ok((read, award, salt))
    }
}

/// `florin arbitration commit`.
pub(super) async fn commit(
    panels: &Panels<'_>,
    arguments: &CaseArguments,
    award: &str,
    out: &Path,
) -> Result<Answer, CliError> {
    let session = panels.session;
    let subject = Subject::load(panels, case_id(panels, arguments)?).await?;
    let award = Amount::from_raw(subject.unit.parse(award)?);
    check_award(award, subject.case.hearing.stake)
        .map_err(|error| panels.refused(&Error::Arbitration(error), Some(&subject.unit)))?;
    files::check_new(out)?;
    let mut salt = Hash::default();
    getrandom::fill(&mut salt).map_err(|error| CliError::System {
        act: "make a salt".to_owned(),
        cause: format!("the system gives no random numbers: {error}"),
    })?;
    let signer = session.settings.signer()?;
    let member = signer.account().to_address();
    let committed = commitment(&panels.contract.0, &subject.id, &member.0, award, &salt, keccak);
    let CaseId { number, is_appeal, .. } = subject.id;
    let message = arbitration::commit(subject.court(), number, is_appeal, committed);
    let preview = subject.facts(panels).amount("award", "you award the beneficiary", award.raw(), &subject.unit).text(
        "file",
        "award and salt in",
        out.display().to_string(),
    );
    // Nobody else may see the award: the file is there before anything is sent, and goes where nothing was.
    let units = session.units(Some(subject.unit.clone()));
    let (_, prepared) = send::prepare(session, &signer.account(), panels.contract, 0, &message, &units).await?;
    if !session.settings.global.dry_run {
        let file = Award {
            format: FORMAT.to_owned(),
            genesis_hash: session.info.genesis_hash,
            contract: panels.contract,
            court: subject.court(),
            number,
            is_appeal,
            member,
            award: award.raw().to_string(),
            salt: hash::format(&salt),
        };
        files::create_private(out, &files::json(&file)?)?;
    }
    let offered = send::offer(session, &signer, "Commit to an award", preview, prepared).await;
    if matches!(offered, Err(CliError::NotConfirmed | CliError::ConfirmationRequired)) {
        let _ = std::fs::remove_file(out);
    }
    match offered? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::SeatChanged = event(&sent.receipt, panels.contract)?;
            let subject = Subject { case: told.case, ..subject };
            let result = subject.facts(panels).text("file", "award and salt in", out.display().to_string());
            Ok(sent.answer("Committed; keep the file, nothing can be revealed without it", &result))
        }
    }
}

/// Checks that an award can be revealed. Nobody sees what is committed to, so the contract could refuse one above the
/// stake only when it is revealed, and the member would be silent then.
fn check_award(award: Amount, stake: Amount) -> Result<(), ArbitrationError> {
    if award > stake {
        return Err(ArbitrationError::AboveStake { award, stake });
    }
    Ok(())
}

/// `florin arbitration reveal`.
pub(super) async fn reveal(panels: &Panels<'_>, path: &Path) -> Result<Answer, CliError> {
    let session = panels.session;
    let (file, award, salt) = Award::read(path)?;
    let me = panels.me()?;
    let here = (session.info.genesis_hash, panels.contract, me);
    if (file.genesis_hash, file.contract, file.member) != here {
        let place = |(genesis, contract, member): (ChainHash, Address, Address)| {
            format!("{member:?} at {contract:?} on the chain {genesis:?}")
        };
        return Err(CliError::OtherFile {
            path: path.to_owned(),
            found: place((file.genesis_hash, file.contract, file.member)),
            expected: place(here),
        });
    }
    let subject = Subject::load(panels, file.id()).await?;
    // While others can still commit nobody is told, the node neither, which hears of a call before it is sent.
    let early = |error| panels.refused(&Error::Arbitration(error), Some(&subject.unit));
    subject.case.check(Message::Reveal, subject.now).map_err(early)?;
    let preview = subject.facts(panels).amount("award", "you award the beneficiary", award.raw(), &subject.unit);
    let message = arbitration::reveal(file.court, file.number, file.is_appeal, award.raw(), salt);
    match panels.offer(&message, Some(&subject.unit), "Reveal an award", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::SeatChanged = event(&sent.receipt, panels.contract)?;
            let subject = Subject { case: told.case, ..subject };
            let result =
                Record::new().amount("award", "awarded", award.raw(), &subject.unit).and(subject.facts(panels));
            Ok(sent.answer("Revealed", &result))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_award_above_the_stake_is_refused_before_it_is_committed_to() {
        let (stake, more) = (Amount::from_raw(5_000), Amount::from_raw(5_001));
        assert_eq!(check_award(stake, stake), Ok(()));
        assert_eq!(check_award(Amount::ZERO, stake), Ok(()));
        assert_eq!(check_award(more, stake), Err(ArbitrationError::AboveStake { award: more, stake }));
    }

    #[test]
    fn an_award_is_read_as_it_is_written_and_never_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("award.json");
        let written = Award {
            format: FORMAT.to_owned(),
            genesis_hash: ChainHash::repeat_byte(1),
            contract: Address::repeat_byte(2),
            court: Address::repeat_byte(3),
            number: 4,
            is_appeal: true,
            member: Address::repeat_byte(5),
            award: "6000".to_owned(),
            salt: hash::format(&[7; 32]),
        };
        files::create_private(&path, &files::json(&written).expect("text")).expect("written");
        let (read, award, salt) = Award::read(&path).expect("an award");
        assert!(read == written);
        assert_eq!((award, salt), (Amount::from_raw(6_000), [7; 32]));
        assert_eq!(read.id(), CaseId { court: [3; 20], number: 4, is_appeal: true });
        assert_eq!(format!("{read:?}"), "Award(4)");
    }
}
