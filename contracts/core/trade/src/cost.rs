//! Who bears the costs of a dispute, and where its bonds go.

use crate::dispute::Dispute;
use crate::error::EscrowError;
use crate::terms::Party;
use crate::Address;
use florin_units::{Amount, MathError};

/// An amount of each party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) applicant: Amount,
    pub(crate) beneficiary: Amount,
}

impl Sides {
    fn of(&mut self, party: Party) -> &mut Amount {
        match party {
            Party::Applicant => &mut self.applicant,
            Party::Beneficiary => &mut self.beneficiary,
        }
    }

    fn add(&mut self, party: Party, amount: Amount) -> Result<(), MathError> {
        let side = self.of(party);
        *side = side.checked_add(amount)?;
        Ok(())
    }
}

/// Where the bonds of a dispute go.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Costs {
    /// To each party, with what the other one makes good.
    pub(crate) bonds: Sides,
    /// To whoever has ruled.
    pub(crate) fees: Amount,
    /// Who that is.
    pub(crate) arbiter: Address,
    /// What is left of the applicant's reserve.
    pub(crate) reserve: Amount,
}

impl Costs {
    /// Nobody has ruled, and nobody has put up anything.
    pub(crate) fn none(reserve: Amount) -> Self {
        Self { reserve, ..Self::default() }
    }

    /// A bond from which a fee was earned. Where its owner pays, the other side gets the rest of it. Else the owner
    /// gets the rest back, and the fee from the part of the side that pays, as far as that part goes; where that is the
    /// applicant, what is missing comes out of its reserve.
    fn charge(
        &mut self,
        parts: &mut Sides,
        owner: Party,
        payer: Party,
        bond: Amount,
        fee: Amount,
    ) -> Result<(), MathError> {
        self.fees = self.fees.checked_add(fee)?;
        let rest = bond.checked_sub(fee)?;
        if payer == owner {
            return self.bonds.add(owner.other(), rest);
        }
        let part = parts.of(payer);
        let of_part = fee.min(*part);
        *part = part.checked_sub(of_part)?;
        let missing = fee.checked_sub(of_part)?;
        let of_reserve = if payer == Party::Applicant { missing.min(self.reserve) } else { Amount::ZERO };
        self.reserve = self.reserve.checked_sub(of_reserve)?;
        self.bonds.add(owner, rest.checked_add(of_part)?.checked_add(of_reserve)?)
    }

    /// Costs of a dispute, at what was ruled in the end. Where nobody has ruled nobody has earned a fee, and bonds go
    /// back.
    pub(crate) fn of(dispute: &Dispute, parts: &mut Sides, reserve: Amount) -> Result<Self, EscrowError> {
        let mut costs = Self::none(reserve);
        let (Some(ruling), Some(award)) = (dispute.ruling, dispute.award()) else {
            costs.bonds.add(dispute.raiser, dispute.bond)?;
            return Ok(costs);
        };
        costs.arbiter = ruling.arbiter;
        costs.charge(parts, dispute.raiser, dispute.further(award), dispute.bond, dispute.fee)?;
        let Some(appeal) = dispute.appeal else { return Ok(costs) };
        let Some(second) = appeal.award else {
            costs.bonds.add(appeal.by, appeal.bond)?;
            return Ok(costs);
        };
        // An appeal that gains nothing is paid for by whoever made it.
        let has_gained = match appeal.by {
            Party::Applicant => second < ruling.award,
            Party::Beneficiary => second > ruling.award,
        };
        let payer = if has_gained { appeal.by.other() } else { appeal.by };
        costs.charge(parts, appeal.by, payer, appeal.bond, appeal.fee)?;
        Ok(costs)
    }
}
