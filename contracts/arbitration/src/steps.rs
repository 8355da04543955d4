//! The steps that messages share: load, write, emit, and the transfers that come last.

use crate::arbitration::Arbitration;
use crate::error::Error;
use crate::event::*;
use crate::external;
use crate::record::*;
use florin_governance::roles::{self, Permit, Role, Roles};
use florin_panels::case::{Case, CaseId, SeatRecord};
use florin_panels::draw::Panel;
use florin_panels::hearing::Hearing;
use florin_panels::ledger::{self, AssetLedger};
use florin_panels::pool::{Membership, Pool, STAKED_POOL};
use florin_panels::{ArbitrationError, Moment};
use florin_shell::{guardian_or_zero, or_zero};
use florin_units::{Amount, Timestamp};
use ink::codegen::Env;
use ink::Address;

impl Arbitration {
    pub(crate) fn index(&self) -> Index {
        // The constructor writes the record.
        self.index.get_or_default()
    }

    pub(crate) fn seat_stake(&self) -> Amount {
        Amount::from_raw(self.index().seat_stake)
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment { block: self.env().block_number(), time: Timestamp::from_raw(self.env().block_timestamp()) }
    }

    pub(crate) fn holders(&self) -> Roles {
        // The constructor writes the record; without it there is nobody who could do anything.
        self.roles.get().map_or(Roles::new([0; 20]), |record| record.0)
    }

    pub(crate) fn permit<R: Role>(&self) -> Result<Permit<R>, Error> {
        Ok(roles::check(&self.holders(), &self.env().caller().0, self.moment().time)?)
    }

    pub(crate) fn write_roles(&mut self, roles: Roles) {
        self.roles.set(&RolesRecord(roles));
        let (guardian, guardian_until) = guardian_or_zero(roles.guardian);
        self.env().emit_event(RolesChanged {
            governor: roles.governor.into(),
            pending_governor: or_zero(roles.pending_governor),
            guardian,
            guardian_until,
        });
    }

    pub(crate) fn pool(&self, pool: u32) -> Result<Pool, Error> {
        let record = self.pools.get(pool);
        Ok(record.map(|record| record.0).ok_or(ArbitrationError::UnknownPool { pool })?)
    }

    pub(crate) fn membership_of(&self, account: Address) -> Membership {
        self.memberships.get(account).map_or_else(Membership::default, |record| record.0)
    }

    pub(crate) fn write_membership(&mut self, account: Address, membership: Membership) {
        if membership.is_empty() {
            self.memberships.remove(account);
        } else {
            self.memberships.insert(account, &MembershipRecord(membership));
        }
        self.env().emit_event(MembershipChanged { account, membership });
    }

    /// Takes an account out of the staked pool; the last one of the list gets its place. Its stake stays, to be
    /// withdrawn.
    pub(crate) fn take_out(&mut self, account: Address) -> Result<(), Error> {
        let position = self.membership_of(account).place()?;
        let (pool, last) = self.pool(STAKED_POOL)?.leave(self.moment().block)?;
        self.pools.insert(STAKED_POOL, &PoolRecord(pool));
        if let Some(moved) = self.members.take((STAKED_POOL, last)).filter(|moved| *moved != account) {
            self.members.insert((STAKED_POOL, position), &moved);
            self.write_membership(moved, self.membership_of(moved).moved(Some(position)));
        }
        self.write_membership(account, self.membership_of(account).moved(None));
        Ok(())
    }

    /// Who is at a place of the hearing's pool, where it may sit.
    pub(crate) fn candidate(&self, hearing: &Hearing, place: u32, seat_stake: Amount) -> Option<[u8; 20]> {
        let member = self.members.get((hearing.pool, place))?;
        let can_sit = !hearing.is_staked() || self.membership_of(member).can_sit(seat_stake);
        (can_sit && !hearing.excludes(&member.0)).then_some(member.0)
    }

    /// What the court of a case says now. The stakes of the staked pool are behind the cases of admitted courts only.
    pub(crate) fn hearing_of(&self, id: &CaseId) -> Result<Hearing, Error> {
        let hearing = external::hearing(id)?;
        if hearing.is_staked() && !self.courts.contains(Address::from(id.court)) {
            return Err(ArbitrationError::NotAdmitted { account: id.court }.into());
        }
        Ok(hearing)
    }

    pub(crate) fn case_of(&self, id: CaseId) -> Result<Case, Error> {
        let record = self.cases.get(id);
        Ok(record.map(|record| record.0).ok_or(ArbitrationError::UnknownCase { case: id })?)
    }

    pub(crate) fn panel_of(&self, id: CaseId) -> Panel {
        self.panels.get(id).map_or_else(Panel::default, |record| record.0)
    }

    /// Writes what a member has committed or revealed.
    pub(crate) fn write_seat(&mut self, id: CaseId, place: u8, member: Address, case: Case, seat: SeatRecord) {
        self.cases.insert(id, &CaseRecord(case));
        self.seats.insert((id, place), &SeatCell(seat));
        self.env().emit_event(SeatChanged { court: id.court.into(), number: id.number, member, case, seat });
    }

    /// Locks a stake for each seat.
    pub(crate) fn lock(&mut self, hearing: &Hearing, panel: &Panel) -> Result<(), Error> {
        if hearing.is_staked() {
            let seat_stake = self.seat_stake();
            for (_, member) in panel.seated() {
                let membership = self.membership_of(member.into()).lock(seat_stake)?;
                self.write_membership(member.into(), membership);
            }
        }
        Ok(())
    }

    /// Ends the seats of a case: who has revealed gets its stake back and a share of what the others forfeit.
    pub(crate) fn settle(&mut self, id: CaseId, case: &Case) -> Result<(), Error> {
        let Index { token, collector, .. } = self.index();
        let seat_stake = self.seat_stake();
        let Some(division) = case.forfeits(seat_stake)? else { return Ok(()) };
        for (place, member) in self.panel_of(id).seated() {
            let (member, membership) = (Address::from(member), self.membership_of(member.into()));
            if case.has_revealed(place) {
                self.write_membership(member, membership.release(seat_stake)?);
                self.credit(token, member, division.share)?;
            } else {
                self.write_membership(member, membership.forfeit(seat_stake)?);
            }
        }
        self.credit(token, collector, division.rest)
    }

    pub(crate) fn credit(&mut self, asset: Address, account: Address, amount: Amount) -> Result<(), Error> {
        if let Some(claim) = ledger::credit(self.claim_of(asset, account), amount)? {
            self.claims.insert((asset, account), &claim.raw());
            self.env().emit_event(Credited { asset, account, claim });
        }
        Ok(())
    }

    pub(crate) fn ledger(&self, asset: Address) -> AssetLedger {
        self.ledgers.get(asset).map_or_else(AssetLedger::default, |record| record.0)
    }

    /// Pulls an amount that is owed from then on; exactly that must arrive.
    pub(crate) fn receive(&mut self, asset: Address, from: Address, amount: Amount) -> Result<(), Error> {
        self.ledgers.insert(asset, &LedgerRecord(self.ledger(asset).received(amount)?));
        external::pull(asset, from, amount)?;
        self.check_covered(asset)
    }

    /// Pays an amount that is no longer owed.
    pub(crate) fn pay(&mut self, asset: Address, to: Address, amount: Amount) -> Result<(), Error> {
        self.ledgers.insert(asset, &LedgerRecord(self.ledger(asset).paid(amount)?));
        external::push(asset, to, amount)?;
        self.check_covered(asset)
    }

    /// Nothing may end with less in hand than is owed.
    pub(crate) fn check_covered(&self, asset: Address) -> Result<(), Error> {
        Ok(self.ledger(asset).check(external::balance(asset)?)?)
    }
}
