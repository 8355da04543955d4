//! Panels of arbitrators: pools, draws by the hash of a block, commitments, reports to the courts in which the disputes
//! are, stakes and fees.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod error;
mod event;
mod external;
mod record;
mod steps;

/// Stack for decoding and deciding, in bytes.
#[cfg(target_arch = "riscv64")]
#[allow(unsafe_code)]
mod stack {
    florin_shell::min_stack_size!(64 * 1024);
}

/// The contract.
#[ink::contract]
pub mod arbitration {
    use crate::error::Error;
    use crate::event::*;
    use crate::external;
    use crate::record::*;
    use florin_governance::roles::{Governor, Guardian, Roles};
    use florin_panels::case::{commitment, Case, CaseId, SeatRecord};
    use florin_panels::draw::{self, Panel};
    use florin_panels::pool::{check_members, Membership, Pool, STAKED_POOL};
    use florin_panels::ArbitrationError;
    use florin_shell::{guardian_or_zero, host, optional, or_zero};
    use florin_units::{Amount, MathError};
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Arbitration {
        pub(crate) roles: Lazy<RolesRecord, ManualKey<0x4152_0001>>,
        pub(crate) index: Lazy<Index, ManualKey<0x4152_0002>>,
        pub(crate) pools: Mapping<u32, PoolRecord, ManualKey<0x4152_0003>>,
        pub(crate) members: Mapping<(u32, u32), Address, ManualKey<0x4152_0004>>,
        pub(crate) memberships: Mapping<Address, MembershipRecord, ManualKey<0x4152_0005>>,
        pub(crate) admitted: Mapping<Address, (), ManualKey<0x4152_0006>>,
        pub(crate) courts: Mapping<Address, (), ManualKey<0x4152_0007>>,
        pub(crate) cases: Mapping<CaseId, CaseRecord, ManualKey<0x4152_0008>>,
        pub(crate) panels: Mapping<CaseId, PanelRecord, ManualKey<0x4152_0009>>,
        pub(crate) seats: Mapping<(CaseId, u8), SeatCell, ManualKey<0x4152_000A>>,
        pub(crate) claims: Mapping<(Address, Address), u128, ManualKey<0x4152_000B>>,
        pub(crate) ledgers: Mapping<Address, LedgerRecord, ManualKey<0x4152_000C>>,
    }

    impl Arbitration {
        /// Arbitration with an empty staked pool, number zero: a seat locks so many raw units of the token, and the
        /// collector gets what nobody has earned. The caller governs it until it hands the role on.
        #[ink(constructor)]
        pub fn new(token: Address, seat_stake: u128, collector: Address) -> Self {
            let mut arbitration = Self {
                roles: Lazy::new(),
                index: Lazy::new(),
                pools: Mapping::new(),
                members: Mapping::new(),
                memberships: Mapping::new(),
                admitted: Mapping::new(),
                courts: Mapping::new(),
                cases: Mapping::new(),
                panels: Mapping::new(),
                seats: Mapping::new(),
                claims: Mapping::new(),
                ledgers: Mapping::new(),
            };
            arbitration.roles.set(&RolesRecord(Roles::new(arbitration.env().caller().0)));
            arbitration.index.set(&Index { token, seat_stake, collector, pools: STAKED_POOL.saturating_add(1) });
            arbitration.pools.insert(STAKED_POOL, &PoolRecord(Pool::of(0)));
            arbitration
        }

        /// Makes a pool of between one and 64 different members, which never change. Anyone may. Returns its number,
        /// which parties name in their terms.
        ///
        /// Errors: `EmptyPool`, `PoolTooLarge`, `ZeroAddress`, `MemberTwice`. Event: `PoolMade`.
        #[ink(message)]
        pub fn make_pool(&mut self, members: Vec<Address>) -> Result<u32, Error> {
            let accounts: Vec<[u8; 20]> = members.iter().map(|member| member.0).collect();
            let count = check_members(&accounts)?;
            let mut index = self.index();
            let pool = index.pools;
            index.pools = pool.checked_add(1).ok_or(MathError::Overflow)?;
            self.index.set(&index);
            self.pools.insert(pool, &PoolRecord(Pool::of(count)));
            for (place, member) in (0u32..).zip(&members) {
                self.members.insert((pool, place), member);
            }
            self.env().emit_event(PoolMade { pool, maker: self.env().caller(), members });
            Ok(pool)
        }

        /// Lets an account join the staked pool. Only the governor. Errors: `Role`. Event: `AccountAdmitted`.
        #[ink(message)]
        pub fn admit(&mut self, account: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.admitted.insert(account, &());
            self.env().emit_event(AccountAdmitted { account, admitted: true });
            Ok(())
        }

        /// Takes an account out of the staked pool: it gets no new seats, keeps those that it has, can withdraw its
        /// free stake, and joins again only where it is admitted again. Only the governor.
        ///
        /// Errors: `Role`, `PoolSettling`. Events: `AccountAdmitted`, `MembershipChanged`.
        #[ink(message)]
        pub fn dismiss(&mut self, account: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.admitted.remove(account);
            self.env().emit_event(AccountAdmitted { account, admitted: false });
            if self.membership_of(account).position.is_some() {
                self.take_out(account)?;
            }
            Ok(())
        }

        /// Has the staked pool sit for a court: silence in its cases costs stakes. Any court may have panels of named
        /// pools. Only the governor. Errors: `Role`. Event: `CourtAdmitted`.
        #[ink(message)]
        pub fn admit_court(&mut self, court: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.courts.insert(court, &());
            self.env().emit_event(CourtAdmitted { court, admitted: true });
            Ok(())
        }

        /// Has the staked pool sit for a court no longer; panels that were drawn go on. Only the guardian or the
        /// governor. Errors: `Role`. Event: `CourtAdmitted`.
        #[ink(message)]
        pub fn dismiss_court(&mut self, court: Address) -> Result<(), Error> {
            self.permit::<Guardian>()?;
            self.courts.remove(court);
            self.env().emit_event(CourtAdmitted { court, admitted: false });
            Ok(())
        }

        /// Sets who gets what nobody has earned, from now on. Only the governor. Errors: `Role`. Event:
        /// `CollectorChanged`.
        #[ink(message)]
        pub fn set_collector(&mut self, collector: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.index.set(&Index { collector, ..self.index() });
            self.env().emit_event(CollectorChanged { collector });
            Ok(())
        }

        /// Joins the staked pool, with a stake (raw units of the token) that the caller has allowed to be pulled and
        /// that covers a seat. Only an account that was admitted.
        ///
        /// Errors: `NotAdmitted`, `PoolSettling`, `AlreadyMember`, `ZeroAmount`, `StakeTooSmall`, `TransferFailed`,
        /// `TransferMismatch`, `Math`. Event: `MembershipChanged`.
        #[ink(message)]
        pub fn join(&mut self, stake: u128) -> Result<(), Error> {
            let (account, stake) = (self.env().caller(), Amount::from_raw(stake));
            if !self.admitted.contains(account) {
                return Err(ArbitrationError::NotAdmitted { account: account.0 }.into());
            }
            let (pool, position) = self.pool(STAKED_POOL)?.join(self.moment().block)?;
            let membership = self.membership_of(account).join(position, stake, self.seat_stake())?;
            self.pools.insert(STAKED_POOL, &PoolRecord(pool));
            self.members.insert((STAKED_POOL, position), &account);
            self.write_membership(account, membership);
            self.receive(self.index().token, account, stake)
        }

        /// Adds to the caller's stake, by allowance.
        ///
        /// Errors: `NotMember`, `PoolSettling`, `ZeroAmount`, `TransferFailed`, `TransferMismatch`, `Math`. Event:
        /// `MembershipChanged`.
        #[ink(message)]
        pub fn add_stake(&mut self, amount: u128) -> Result<(), Error> {
            let (account, amount) = (self.env().caller(), Amount::from_raw(amount));
            let (pool, block) = (self.pool(STAKED_POOL)?, self.moment().block);
            let membership = self.membership_of(account).add(amount, &pool, block)?;
            self.write_membership(account, membership);
            self.receive(self.index().token, account, amount)
        }

        /// Pays free stake out to the caller: of a member as much as leaves enough for a seat, of anybody else all.
        ///
        /// Errors: `ZeroAmount`, `AboveFreeStake`, `PoolSettling`, `StakeTooSmall`, `TransferFailed`. Event:
        /// `MembershipChanged`.
        #[ink(message)]
        pub fn withdraw(&mut self, amount: u128) -> Result<(), Error> {
            let (account, amount) = (self.env().caller(), Amount::from_raw(amount));
            let (pool, block) = (self.pool(STAKED_POOL)?, self.moment().block);
            let membership = self.membership_of(account).withdraw(amount, self.seat_stake(), &pool, block)?;
            self.write_membership(account, membership);
            self.pay(self.index().token, account, amount)
        }

        /// Leaves the staked pool: the caller gets no new seats, and its stake can be withdrawn as far as it is free.
        /// What is locked gets free, or is lost, when its cases end.
        ///
        /// Errors: `NotMember`, `PoolSettling`. Event: `MembershipChanged`.
        #[ink(message)]
        pub fn leave(&mut self) -> Result<(), Error> {
            self.take_out(self.env().caller())
        }

        /// Calls a panel for a dispute that a court hears now. The hash of the third block from now decides who sits.
        /// Anyone may, once; and again where nobody has had the panel drawn in time, or where it has come to nothing
        /// and the court hears the dispute again.
        ///
        /// Errors: `NoHearing`, `NotAdmitted` for a court, `WrongAsset`, `FeeTooSmall`, `NotAllowed`, `TooManyCalls`,
        /// `WrongSeats`, `NotYetHeard`, `TooLittleTime`, `TooMuchTime`, `UnknownPool`. Event: `PanelCalled`.
        #[ink(message)]
        pub fn call_panel(&mut self, court: Address, number: u64, is_appeal: bool) -> Result<(), Error> {
            let (id, now) = (CaseId { court: court.0, number, is_appeal }, self.moment());
            let hearing = self.hearing_of(&id)?;
            hearing.check_paid(&self.index().token.0, self.seat_stake())?;
            let former = self.cases.get(id).map(|record| record.0);
            let case = Case::call(former.as_ref(), hearing, now)?;
            let pool = self.pool(hearing.pool)?.called(now.block);
            self.pools.insert(hearing.pool, &PoolRecord(pool));
            self.cases.insert(id, &CaseRecord(case));
            self.panels.remove(id);
            self.env().emit_event(PanelCalled { court, number, case });
            Ok(())
        }

        /// Draws the panel that was called, from the block after the one whose hash decides on, and for 200 blocks.
        /// Anyone may. The stakes of members of the staked pool are locked for their seats.
        ///
        /// Errors: `UnknownCase`, `NoHearing`, `NotAdmitted` for a court, `NotAllowed`, `OtherHearing`,
        /// `TooLittleTime`, `PoolTooSmall`. Events: `PanelDrawn`, `MembershipChanged`.
        #[ink(message)]
        pub fn draw_panel(&mut self, court: Address, number: u64, is_appeal: bool) -> Result<(), Error> {
            let id = CaseId { court: court.0, number, is_appeal };
            let called = self.case_of(id)?;
            let hearing = self.hearing_of(&id)?;
            let (block, case) = called.draw(&hearing, self.moment())?;
            let hash = host::block_hash(block).ok_or(ArbitrationError::HashUnknown { block })?;
            let seed = draw::seed(&self.env().address().0, &id, &hash, host::keccak);
            let (count, seat_stake) = (self.pool(hearing.pool)?.members, self.seat_stake());
            let candidate = |place| self.candidate(&hearing, place, seat_stake);
            let members = draw::draw(&seed, count, hearing.seats, candidate, host::keccak);
            let (pool, seats) = (hearing.pool, hearing.seats);
            let panel = Panel { members: members.ok_or(ArbitrationError::PoolTooSmall { pool, seats })? };
            self.lock(&hearing, &panel)?;
            self.cases.insert(id, &CaseRecord(case));
            self.panels.insert(id, &PanelRecord(panel));
            self.env().emit_event(PanelDrawn { court, number, case, panel });
            Ok(())
        }

        /// Commits the caller to an award: the Keccak-256 hash that the core's `commitment` makes of this contract, the
        /// case, the member, the award and 32 random bytes. Only a member of the panel, once.
        ///
        /// Errors: `UnknownCase`, `NotSeated`, `NotAllowed`, `AlreadyCommitted`. Event: `SeatChanged`.
        #[ink(message)]
        pub fn commit(
            &mut self,
            court: Address,
            number: u64,
            is_appeal: bool,
            commitment: [u8; 32],
        ) -> Result<(), Error> {
            let (id, member) = (CaseId { court: court.0, number, is_appeal }, self.env().caller());
            let case = self.case_of(id)?;
            let place = self.panel_of(id).place_of(&member.0)?;
            let (case, seat) = case.commit(place, commitment, self.moment())?;
            self.write_seat(id, place, member, case, seat);
            Ok(())
        }

        /// Reveals what the caller has committed to: an award in raw units of the hearing's asset, at most the stake,
        /// and the salt. Only a member who has committed, once all have or the time for it is over, and in time. Who
        /// does not reveal loses what its seat has locked, also where the parties have agreed meanwhile.
        ///
        /// Errors: `UnknownCase`, `NotSeated`, `NotAllowed`, `NotCommitted`, `AlreadyRevealed`, `AboveStake`,
        /// `OtherCommitment`. Event: `SeatChanged`.
        #[ink(message)]
        pub fn reveal(
            &mut self,
            court: Address,
            number: u64,
            is_appeal: bool,
            award: u128,
            salt: [u8; 32],
        ) -> Result<(), Error> {
            let (id, member) = (CaseId { court: court.0, number, is_appeal }, self.env().caller());
            let (case, award) = (self.case_of(id)?, Amount::from_raw(award));
            let place = self.panel_of(id).place_of(&member.0)?;
            let record = self.seats.get((id, place)).map(|record| record.0);
            let opened = commitment(&self.env().address().0, &id, &member.0, award, &salt, host::keccak);
            let (case, seat) = case.reveal(place, record.as_ref(), &opened, award, self.moment())?;
            self.write_seat(id, place, member, case, seat);
            Ok(())
        }

        /// Tells the court who sits and what was revealed, once all have revealed or the time for it is over, and
        /// before the court's window is. Anyone may. Stakes are free again, and those of the silent go to the others.
        /// Where the court refuses nothing has happened, and it can be tried again.
        ///
        /// Errors: `UnknownCase`, `NoHearing`, `NotAllowed`, `OtherHearing`, `CourtRefused`.
        /// Events: `PanelReported`, `MembershipChanged`, `Credited`.
        #[ink(message)]
        pub fn report(&mut self, court: Address, number: u64, is_appeal: bool) -> Result<(), Error> {
            let id = CaseId { court: court.0, number, is_appeal };
            let sitting = self.case_of(id)?;
            let case = sitting.report(&external::hearing(&id)?, self.moment())?;
            let seats = case.seats(&self.panel_of(id), |place| self.seats.get((id, place)).map(|record| record.0));
            self.settle(id, &sitting)?;
            self.cases.insert(id, &CaseRecord(case));
            self.env().emit_event(PanelReported { court, number, case, seats });
            external::rule(&id, &seats)
        }

        /// Ends a case whose court was told nothing, once its window is over: stakes are free again or lost, as by a
        /// report. Anyone may, and the court is not asked.
        ///
        /// Errors: `UnknownCase`, `NotAllowed`. Events: `PanelClosed`, `MembershipChanged`, `Credited`.
        #[ink(message)]
        pub fn close(&mut self, court: Address, number: u64, is_appeal: bool) -> Result<(), Error> {
            let id = CaseId { court: court.0, number, is_appeal };
            let sitting = self.case_of(id)?;
            let case = sitting.close(self.moment())?;
            self.settle(id, &sitting)?;
            self.cases.insert(id, &CaseRecord(case));
            self.env().emit_event(PanelClosed { court, number, case });
            Ok(())
        }

        /// Has a court pay what it owes in fees for a dispute, and divides what comes: up to its fee among those of the
        /// first panel who have revealed, the rest among those of the appeal panel. Anyone may, once the panels have
        /// ended. Returns the raw units that have come.
        ///
        /// Errors: `UnknownCase`, `NotAllowed`, `NothingReceived`, `CourtRefused`, `TransferFailed`. Events:
        /// `FeeCollected`, `Credited`.
        #[ink(message)]
        pub fn collect(&mut self, court: Address, number: u64) -> Result<Amount, Error> {
            let [id, appeal_id] = [false, true].map(|is_appeal| CaseId { court: court.0, number, is_appeal });
            let case = self.case_of(id)?;
            let appeal = self.cases.get(appeal_id).map(|record| record.0);
            let asset = Address::from(case.hearing.asset);
            // What comes is not known before it has come; nobody can call back meanwhile.
            let received = external::collect_fee(&id, asset)?;
            let collected = case.collect(appeal.as_ref(), received, self.moment())?;
            self.cases.insert(id, &CaseRecord(collected.case));
            self.ledgers.insert(asset, &LedgerRecord(self.ledger(asset).received(received)?));
            for member in case.revealers(&self.panel_of(id)) {
                self.credit(asset, member.into(), collected.share)?;
            }
            if let Some(appeal) = appeal {
                for member in appeal.revealers(&self.panel_of(appeal_id)) {
                    self.credit(asset, member.into(), collected.appeal_share)?;
                }
            }
            self.credit(asset, self.index().collector, collected.rest)?;
            let (share, appeal_share, rest) = (collected.share, collected.appeal_share, collected.rest);
            self.env().emit_event(FeeCollected { court, number, asset, received, share, appeal_share, rest });
            self.check_covered(asset)?;
            Ok(received)
        }

        /// Pays all that the caller can claim of an asset to an account. Returns how much, in raw units.
        ///
        /// Errors: `NothingToClaim`, `TransferFailed`. Event: `Claimed`.
        #[ink(message)]
        pub fn claim(&mut self, asset: Address, to: Address) -> Result<Amount, Error> {
            let account = self.env().caller();
            let claim = self.claims.take((asset, account)).map(Amount::from_raw);
            let amount = claim.ok_or(ArbitrationError::NothingToClaim)?;
            self.env().emit_event(Claimed { asset, account, to, amount });
            self.pay(asset, to, amount)?;
            Ok(amount)
        }

        /// What an account can claim of an asset, in raw units.
        #[ink(message)]
        pub fn claim_of(&self, asset: Address, account: Address) -> Amount {
            Amount::from_raw(self.claims.get((asset, account)).unwrap_or_default())
        }

        /// What is owed in an asset, in raw units: all stakes and claims.
        #[ink(message)]
        pub fn liabilities(&self, asset: Address) -> Amount {
            self.ledger(asset).liabilities
        }

        /// The asset of stakes, what a seat locks of it, the collector, and the number of the next pool.
        #[ink(message)]
        pub fn summary(&self) -> Index {
            self.index()
        }

        /// How many members a pool has; nobody is in a pool that was never made.
        #[ink(message)]
        pub fn pool_size(&self, pool: u32) -> u32 {
            self.pools.get(pool).map_or(0, |record| record.0.members)
        }

        /// Who is at a place of a pool, from zero on.
        #[ink(message)]
        pub fn pool_member(&self, pool: u32, place: u32) -> Option<Address> {
            self.members.get((pool, place))
        }

        /// The last block at which a panel can be drawn that was called by now; until then the staked pool stands
        /// still.
        #[ink(message)]
        pub fn settling_until(&self) -> u32 {
            self.pools.get(STAKED_POOL).map_or(0, |record| record.0.settling_until)
        }

        /// The place and the stake of an account in the staked pool; none where it has neither.
        #[ink(message)]
        pub fn membership(&self, account: Address) -> Option<Membership> {
            self.memberships.get(account).map(|record| record.0)
        }

        /// Whether an account may join the staked pool.
        #[ink(message)]
        pub fn is_admitted(&self, account: Address) -> bool {
            self.admitted.contains(account)
        }

        /// Whether the staked pool sits for a court.
        #[ink(message)]
        pub fn is_court(&self, court: Address) -> bool {
            self.courts.contains(court)
        }

        /// A case as it is stored; none where no panel was called.
        #[ink(message)]
        pub fn case(&self, court: Address, number: u64, is_appeal: bool) -> Option<Case> {
            self.cases.get(CaseId { court: court.0, number, is_appeal }).map(|record| record.0)
        }

        /// Who sits in the panel of a case; none where none was drawn.
        #[ink(message)]
        pub fn panel(&self, court: Address, number: u64, is_appeal: bool) -> Option<Panel> {
            self.panels.get(CaseId { court: court.0, number, is_appeal }).map(|record| record.0)
        }

        /// What was committed and revealed at a place of a panel. Only what the case counts is of this panel; the rest
        /// may be of a former one.
        #[ink(message)]
        pub fn seat(&self, court: Address, number: u64, is_appeal: bool, place: u8) -> Option<SeatRecord> {
            self.seats.get((CaseId { court: court.0, number, is_appeal }, place)).map(|record| record.0)
        }

        /// Names who may take over as governor; zero for nobody. Only the governor.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn name_governor(&mut self, successor: Address) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            self.write_roles(self.holders().name_governor(optional(successor), &permit));
            Ok(())
        }

        /// Takes over as governor. Only the account that was named.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn accept_governor(&mut self) -> Result<(), Error> {
            self.write_roles(self.holders().accept_governor(&self.env().caller().0)?);
            Ok(())
        }

        /// Sets the guardian and the end of its term, in seconds since 1970; the zero address for nobody. Only the
        /// governor.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn set_guardian(&mut self, guardian: Address, until: u64) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let guardian = florin_shell::guardian(guardian, until, self.moment().time)?;
            self.write_roles(self.holders().set_guardian(guardian, &permit));
            Ok(())
        }

        /// Governor, named successor, guardian and the end of its term; zero for nobody.
        #[ink(message)]
        pub fn role_holders(&self) -> (Address, Address, Address, u64) {
            let roles = self.holders();
            let (guardian, until) = guardian_or_zero(roles.guardian);
            (Address::from(roles.governor), or_zero(roles.pending_governor), guardian, until)
        }
    }
}
