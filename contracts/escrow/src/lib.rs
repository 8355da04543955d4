//! Escrow for cross-border trade: a letter of credit as a contract. The rules are the core's (`florin_trade`); here are
//! storage, signatures, money and calls.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod error;
mod event;
mod exchange;
mod external;
mod money;
mod record;
mod steps;

/// Stack for decoding and deciding, in bytes.
#[cfg(target_arch = "riscv64")]
#[allow(unsafe_code)]
mod stack {
    florin_shell::min_stack_size!(128 * 1024);
}

/// The contract.
#[ink::contract]
pub mod escrow {
    use crate::error::Error;
    use crate::event::Recovered;
    use crate::record::*;
    use crate::steps::{check_number, sealed};
    use florin_governance::roles::{Governor, Guardian, Roles};
    use florin_governance::signing;
    use florin_panels::award::Seats;
    use florin_panels::hearing::Hearing;
    use florin_shell::{erc20, guardian_or_zero, host, optional, or_zero};
    use florin_trade::amendment::{AgreedSplit, Due};
    use florin_trade::decision::View;
    use florin_trade::dispute::{self, Dispute};
    use florin_trade::drawing::Acceptance;
    use florin_trade::examination::{Discrepancies, Presentation, PresentationId, Presenting};
    use florin_trade::fee::Settings;
    use florin_trade::ledger::{redirection_hash, AssetLedger, Claim, Redemption};
    use florin_trade::right::{Receivable, TitleKey};
    use florin_trade::state::{Escrow as Credit, Message, Status};
    use florin_trade::swap::{withdraw, Leg, LegCommand, LegTerms, Order, Quote, SecretHash};
    use florin_trade::terms::{signing_hash, Agreement};
    use florin_trade::{decide, Command, Hash as Hash32};
    use florin_units::{Amount, Bps, Timestamp as Time};
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Escrow {
        pub(crate) roles: Lazy<RolesRecord, ManualKey<0x4553_0001>>,
        pub(crate) settings: Lazy<SettingsRecord, ManualKey<0x4553_0002>>,
        pub(crate) count: Lazy<u64, ManualKey<0x4553_0003>>,
        pub(crate) escrows: Mapping<u64, EscrowRecord, ManualKey<0x4553_0004>>,
        pub(crate) terms: Mapping<u64, TermsRecord, ManualKey<0x4553_0005>>,
        pub(crate) checklists: Mapping<u64, ChecklistRecord, ManualKey<0x4553_0006>>,
        pub(crate) dispute_terms: Mapping<u64, DisputeTermsRecord, ManualKey<0x4553_0007>>,
        pub(crate) trees: Mapping<u64, TreeRecord, ManualKey<0x4553_0008>>,
        pub(crate) facts: Mapping<u64, FactsRecord, ManualKey<0x4553_0009>>,
        pub(crate) calendars: Mapping<u64, CalendarRecord, ManualKey<0x4553_000A>>,
        pub(crate) presentations: Mapping<u64, PresentationRecord, ManualKey<0x4553_000B>>,
        pub(crate) disputes: Mapping<u64, DisputeRecord, ManualKey<0x4553_000C>>,
        pub(crate) receivables: Mapping<u64, ReceivableRecord, ManualKey<0x4553_000D>>,
        pub(crate) acceptances: Mapping<(u64, u8), AcceptanceRecord, ManualKey<0x4553_000E>>,
        pub(crate) ledgers: Mapping<Address, LedgerRecord, ManualKey<0x4553_000F>>,
        pub(crate) minimums: Mapping<Address, u128, ManualKey<0x4553_0010>>,
        pub(crate) claims: Mapping<ClaimKey, ClaimRecord, ManualKey<0x4553_0011>>,
        pub(crate) fees: Mapping<(u64, Address), u128, ManualKey<0x4553_0013>>,
        pub(crate) deliveries: Mapping<(u64, TitleKey), DeliveryRecord, ManualKey<0x4553_0014>>,
        pub(crate) quote_count: Lazy<u64, ManualKey<0x4553_0015>>,
        pub(crate) quotes: Mapping<u64, QuoteRecord, ManualKey<0x4553_0016>>,
        pub(crate) orders: Mapping<(u64, Address), OrderRecord, ManualKey<0x4553_0017>>,
        pub(crate) leg_count: Lazy<u64, ManualKey<0x4553_0018>>,
        pub(crate) legs: Mapping<u64, LegRecord, ManualKey<0x4553_0019>>,
    }

    impl Escrow {
        /// Escrows without any credit. `fee` is the protocol's share of what is drawn, `collector` gets it. The caller
        /// governs them until it hands the role on.
        ///
        /// Errors: `Terms` where the fee is above its bound or nobody would get it.
        #[ink(constructor)]
        pub fn new(fee: Bps, collector: Address) -> Result<Self, Error> {
            let settings = Settings::new(fee, collector.0)?;
            let mut escrow = Self {
                roles: Lazy::new(),
                settings: Lazy::new(),
                count: Lazy::new(),
                escrows: Mapping::new(),
                terms: Mapping::new(),
                checklists: Mapping::new(),
                dispute_terms: Mapping::new(),
                trees: Mapping::new(),
                facts: Mapping::new(),
                calendars: Mapping::new(),
                presentations: Mapping::new(),
                disputes: Mapping::new(),
                receivables: Mapping::new(),
                acceptances: Mapping::new(),
                ledgers: Mapping::new(),
                minimums: Mapping::new(),
                claims: Mapping::new(),
                fees: Mapping::new(),
                deliveries: Mapping::new(),
                quote_count: Lazy::new(),
                quotes: Mapping::new(),
                orders: Mapping::new(),
                leg_count: Lazy::new(),
                legs: Mapping::new(),
            };
            escrow.roles.set(&RolesRecord(Roles::new(escrow.env().caller().0)));
            escrow.settings.set(&SettingsRecord(settings));
            escrow.count.set(&0);
            escrow.quote_count.set(&0);
            escrow.leg_count.set(&0);
            Ok(escrow)
        }

        /// Drafts a credit by an agreement; anybody may, and signatures of the parties may come with it. Returns its
        /// number, which is never used again.
        ///
        /// Errors: `Paused`, `TooMany`, `UnknownAsset`, `Terms`, `Condition`, `Signature`, `NotParty`, `AlreadySigned`.
        /// Events: `AgreementWritten`, `EscrowMoved` for each signature.
        #[ink(message)]
        pub fn draft(&mut self, agreement: Agreement, signatures: Vec<Signing>) -> Result<u64, Error> {
            self.settings().check_open()?;
            check_number(signatures.len(), 2)?;
            self.ledger_of(agreement.terms.asset.token.into())?;
            let sealed = sealed(agreement);
            let record = Credit::draft(&sealed, self.now())?;
            let escrow = self.count.get_or_default();
            self.count.set(&escrow.saturating_add(1));
            self.write_agreement(escrow, &sealed);
            self.escrows.insert(escrow, &EscrowRecord(record));
            for Signing { signer, deadline, signature } in signatures {
                self.sign_for(escrow, signer, deadline, signature)?;
            }
            Ok(escrow)
        }

        /// The caller, one of the parties, signs the agreement that it names by its hash.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `AlreadySigned`, `NotParty`, `OtherTerms`. Event: `EscrowMoved`.
        #[ink(message)]
        pub fn sign(&mut self, escrow: u64, agreement: Hash32) -> Result<(), Error> {
            self.carry_out(escrow, &Command::Sign { agreement })
        }

        /// Brings a party's signature (EIP-712 `Signing`) under the agreement. Anybody may, until its deadline (seconds
        /// since 1970).
        ///
        /// Errors: `UnknownEscrow`, `Signature`, `NotAllowed`, `AlreadySigned`, `NotParty`. Event: `EscrowMoved`.
        #[ink(message)]
        pub fn sign_for(
            &mut self,
            escrow: u64,
            signer: Address,
            deadline: u64,
            signature: Vec<u8>,
        ) -> Result<(), Error> {
            let view = self.view(escrow)?;
            let (agreement, deadline) = (view.escrow.agreement, Time::from_raw(deadline));
            signing::check_deadline(deadline, self.now())?;
            self.check_signed(signer, &signing_hash(&agreement, deadline, host::keccak), &signature)?;
            let context = florin_trade::Context { caller: signer.0, ..self.context() };
            self.decide(&view, &Command::Sign { agreement }, &context)
        }

        /// A party does not want the credit any more, before it is funded.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `NotParty`. Event: `EscrowMoved`.
        #[ink(message)]
        pub fn decline(&mut self, escrow: u64) -> Result<(), Error> {
            self.carry_out(escrow, &Command::Decline)
        }

        /// The applicant pays in the most that can be drawn by the agreement that it names by its hash, and its reserve for
        /// disputes; it has allowed this contract to take both. The pool of arbitrators must be large enough, and the asset's account alive
        /// whatever is paid out.
        ///
        /// Errors: `Paused`, `UnknownEscrow`, `NoAnswer`, `SeedTooSmall`, `PoolTooSmall`, `TransferRefused`,
        /// `NotAllowed`, `AlreadyFunded`, `WrongCaller`, `OtherTerms`, `CreditExpired`, `Denied`, `DecimalsChanged`,
        /// `FeeAboveMaximum`, `WrongPayment`. Events: `Received`, `EscrowMoved`.
        #[ink(message)]
        pub fn fund(&mut self, escrow: u64, agreement: Hash32) -> Result<(), Error> {
            let settings = self.settings();
            settings.check_open()?;
            let (view, rules) = (self.view(escrow)?, self.rules_of(escrow)?);
            let asset = Address::from(view.terms.asset.token);
            let (ledger, minimum) = (self.ledger_of(asset)?, self.minimum_of(asset));
            ledger.check_seed(minimum)?;
            self.check_pool(&rules)?;
            let decimals = erc20::decimals(asset).ok_or(Error::NoAnswer { contract: asset })?;
            let snapshot = settings.snapshot(minimum);
            let context = self.screened(&view.terms);
            let received = self.receive(asset, view.terms.paid_in(&rules)?)?;
            let command = Command::Fund { agreement, rules: &rules, received, snapshot, decimals };
            self.decide(&view, &command, &context)
        }

        /// The beneficiary presents documents, for the first time or to cure discrepancies. `documents` stand in the
        /// places of the checklist. Presented `on_approval`, what is found wrong waits for the applicant's waiver
        /// instead of being refused.
        ///
        /// Errors: `UnknownEscrow`, `TooMany`, `Signature`, `NotAllowed`, `PresentationOpen`, `CreditExpired`,
        /// `WrongCaller`, `TooManyPresentations`, `TooManyNotices`, `ZeroAmount`, `MilestoneRequired`,
        /// `UnknownMilestone`, `MilestonePaid`, `MilestoneAmount`, `NotDocumentary`, `Overdrawn`, `PartialDrawing`,
        /// `MissingDocument`, `WrongIssuer`, `DatedInFuture`, `LateShipment`, `LatePresentation`, `TitleRefused`.
        /// Events: `PresentationChanged`, `EscrowMoved`, `TitleMoved`.
        #[ink(message)]
        pub fn present(
            &mut self,
            escrow: u64,
            amount: Amount,
            milestone: Option<u8>,
            documents: Vec<Option<Document>>,
            on_approval: bool,
        ) -> Result<(), Error> {
            let view = self.view(escrow)?;
            let checklist = self.checklist_of(escrow)?;
            let calendar = self.calendars.get(escrow).ok_or(Error::UnknownEscrow { escrow })?.0;
            let papers = self.papers(&view, &checklist, milestone, &documents)?;
            let presenting = Presenting {
                checklist: &checklist,
                calendar: &calendar,
                amount,
                milestone,
                papers: &papers,
                on_approval,
            };
            self.decide(&view, &Command::Present(&presenting), &self.context())
        }

        /// The applicant says that a presentation complies: it is honoured at once.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `ExaminationOver`, `WrongCaller`, `OtherPresentation`, `Insolvent`.
        /// Events: `PresentationChanged`, `AcceptanceChanged`, `EscrowMoved`, `TitleMoved`, `Paid`.
        #[ink(message)]
        pub fn accept(&mut self, escrow: u64, presentation: PresentationId) -> Result<(), Error> {
            self.carry_out(escrow, &Command::Approve { presentation })
        }

        /// The applicant refuses a presentation and names every discrepancy; `reasons` is the hash of what it writes to
        /// the other side.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `ExaminationOver`, `SecondNotice`, `WrongCaller`,
        /// `OtherPresentation`, `EmptyNotice`, `UnknownDiscrepancy`, `RefutedDiscrepancy`, `PrecludedDiscrepancy`.
        /// Events: `PresentationChanged`, `EscrowMoved`.
        #[ink(message)]
        pub fn notice(
            &mut self,
            escrow: u64,
            presentation: PresentationId,
            discrepancies: Discrepancies,
            reasons: Hash32,
        ) -> Result<(), Error> {
            self.carry_out(escrow, &Command::Notice { presentation, discrepancies, reasons })
        }

        /// The applicant takes the documents in spite of their discrepancies: they are honoured at once.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `WrongCaller`, `OtherPresentation`, `TitleNotInCustody`, `Insolvent`.
        /// Events: those of `accept`.
        #[ink(message)]
        pub fn waive(&mut self, escrow: u64, presentation: PresentationId) -> Result<(), Error> {
            self.carry_out(escrow, &Command::Waive { presentation })
        }

        /// Does what is due by time: honours what was not refused, refunds what was not drawn, divides what was ruled,
        /// releases what was retained. Anybody may, and earns the tip of the terms unless it is a party.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed` where nothing is due, `Insolvent`. Events: those of `accept`,
        /// `DisputeChanged`.
        #[ink(message)]
        pub fn settle(&mut self, escrow: u64) -> Result<(), Error> {
            self.carry_out(escrow, &Command::Settle)
        }

        /// Pays an acceptance that has matured. Anybody may, and earns the tip of the terms unless it is a party.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `UnknownAcceptance`, `NotMature`, `AlreadyPaid`, `Insolvent`. Events:
        /// `AcceptanceChanged`, `EscrowMoved`, `Paid`.
        #[ink(message)]
        pub fn mature(&mut self, escrow: u64, number: u8) -> Result<(), Error> {
            let acceptance = self.acceptance_of(escrow, number);
            self.carry_out(escrow, &Command::Mature { number, acceptance })
        }

        /// Pays the credit because its conditions hold. Anybody may, and earns the tip of the terms unless it is a
        /// party.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `Condition`, `ConditionsNotMet`, `ZeroAmount`, `Signature`,
        /// `TooMany`, `Insolvent`. Events: `EscrowMoved`, `Paid`.
        #[ink(message)]
        pub fn execute(&mut self, escrow: u64, proofs: Proofs) -> Result<(), Error> {
            let view = self.view(escrow)?;
            let (conditions, checklist) = (self.conditions_of(escrow)?, self.checklist_of(escrow)?);
            let evidence = self.evidence(&view, &conditions.facts, &proofs)?;
            let command = Command::Execute { conditions: &conditions, checklist: &checklist, evidence: &evidence };
            self.decide(&view, &command, &self.context())
        }

        /// A party goes to dispute, with the bond of the terms, which it has allowed this contract to take: the
        /// beneficiary about what was not drawn, the applicant about what is retained.
        ///
        /// Errors: `UnknownEscrow`, `TransferRefused`, `NotAllowed`, `AlreadyDisputed`, `WrongCaller`,
        /// `TitleNotInCustody`, `WrongPayment`. Events: `Received`, `DisputeChanged`, `EscrowMoved`.
        #[ink(message)]
        pub fn raise(&mut self, escrow: u64) -> Result<(), Error> {
            let (view, rules) = (self.view(escrow)?, self.rules_of(escrow)?);
            let received = self.receive(view.terms.asset.token.into(), rules.bond)?;
            self.decide(&view, &Command::Raise { rules: &rules, received }, &self.context())
        }

        /// A party offers what of the stake the beneficiary should get. An offer that meets the other side's ends the
        /// dispute.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `NotParty`, `AboveStake`, `TooManyOffers`, `Insolvent`. Events:
        /// `DisputeChanged`, `EscrowMoved`, `Paid`.
        #[ink(message)]
        pub fn offer(&mut self, escrow: u64, to_beneficiary: Amount) -> Result<(), Error> {
            let rules = self.rules_of(escrow)?;
            self.carry_out(escrow, &Command::Offer { rules: &rules, to_beneficiary })
        }

        /// A party takes the other side's last offer, which it names.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `NotParty`, `NoSuchOffer`, `Insolvent`. Events: `DisputeChanged`,
        /// `EscrowMoved`, `Paid`.
        #[ink(message)]
        pub fn accept_offer(&mut self, escrow: u64, to_beneficiary: Amount) -> Result<(), Error> {
            self.carry_out(escrow, &Command::AcceptOffer { to_beneficiary })
        }

        /// What the arbitration contract has to know to seat a panel: none where none is to sit now.
        #[ink(message)]
        pub fn hearing(&self, escrow: u64) -> Option<Hearing> {
            let view = self.view(escrow).ok()?;
            dispute::hearing(&view, &self.rules_of(escrow).ok()?, self.now())
        }

        /// The arbitration contract reports what a panel has revealed.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `WrongCaller`, `WrongPanelSize`, `SeatTwice`, `SeatedBefore`,
        /// `PanelSilent`. Events: `DisputeChanged`, `EscrowMoved`.
        #[ink(message)]
        pub fn rule(&mut self, escrow: u64, seats: Seats) -> Result<(), Error> {
            let rules = self.rules_of(escrow)?;
            self.carry_out(escrow, &Command::Rule { rules: &rules, seats: &seats })
        }

        /// A party appeals against the ruling, with the appeal bond of the terms, which it has allowed this contract to
        /// take.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `AlreadyAppealed`, `NotParty`, `WrongPayment`, `TransferRefused`.
        /// Events: `Received`, `DisputeChanged`, `EscrowMoved`.
        #[ink(message)]
        pub fn appeal(&mut self, escrow: u64) -> Result<(), Error> {
            let (view, rules) = (self.view(escrow)?, self.rules_of(escrow)?);
            let received = self.receive(view.terms.asset.token.into(), rules.appeal_bond)?;
            self.decide(&view, &Command::Appeal { rules: &rules, received }, &self.context())
        }

        /// The fallback of the terms rules where the panel was silent.
        ///
        /// Errors: `UnknownEscrow`, `NotAllowed`, `WrongCaller`, `AboveStake`. Events: `DisputeChanged`, `EscrowMoved`.
        #[ink(message)]
        pub fn rule_fallback(&mut self, escrow: u64, to_beneficiary: Amount) -> Result<(), Error> {
            let rules = self.rules_of(escrow)?;
            self.carry_out(escrow, &Command::RuleFallback { rules: &rules, to_beneficiary })
        }

        /// Whoever has ruled collects its fee of this escrow's disputes; returns raw units of the asset. Where the asset
        /// refuses it the fee becomes a claim, which can be paid elsewhere.
        ///
        /// Errors: `UnknownEscrow`, `NoFee`, `Insolvent`. Event: `Paid`.
        #[ink(message)]
        pub fn collect_fee(&mut self, escrow: u64) -> Result<u128, Error> {
            let (caller, terms) = (self.env().caller(), self.terms_of(escrow)?);
            let owed = self.fees.take((escrow, caller)).ok_or(Error::NoFee { escrow, caller })?;
            self.pay_fee(escrow, &terms, caller, Amount::from_raw(owed))?;
            Ok(owed)
        }

        /// Brings an amendment to which all have consented. For a larger credit or reserve the caller, the applicant as a
        /// rule, pays what is more, which it has allowed this contract to take. Another pool of arbitrators, or one for a larger
        /// panel, must be large enough, and another compliance contract let the caller pay in.
        ///
        /// Errors: `UnknownEscrow`, `TooMany`, `NotAllowed`, `Terms`, `Condition`, `MissingConsent`,
        /// `PartialAcceptance`, `WrongNonce`, `ConsentExpired`, `BelowDrawn`, `MilestonesDiffer`, `WrongPayment`,
        /// `Denied`, `PoolTooSmall`, `FeeAboveMaximum`, `AttestorHoldsPart`, `Signature`, `TransferRefused`, `Math`, `Insolvent`. Events: `AgreementWritten`, `Received`,
        /// `EscrowMoved`, `Paid`.
        #[ink(message)]
        pub fn amend(&mut self, escrow: u64, agreement: Agreement, consents: Vec<Consenting>) -> Result<(), Error> {
            let view = self.view(escrow)?;
            let amended = sealed(agreement);
            let consents = self.consents(escrow, &consents)?;
            if !agreement.dispute.draws_as(&self.rules_of(escrow)?) {
                self.check_pool(&agreement.dispute)?;
            }
            let due = Due::between(&view.terms, &agreement, &view.escrow.book)?.paid_in;
            let asset = Address::from(view.terms.asset.token);
            let (received, context) = if due.is_zero() {
                (Amount::ZERO, self.context())
            } else {
                (self.receive(asset, due)?, self.screened(&agreement.terms))
            };
            let command = Command::Amend { amended: &amended, consents: &consents, received };
            let outcome = decide(&view, &command, &context)?;
            self.write_agreement(escrow, &amended);
            self.apply(&view, Message::Amend, context.caller.into(), &outcome)
        }

        /// Brings a division of the stake to which all have consented; it ends the credit.
        ///
        /// Errors: `UnknownEscrow`, `TooMany`, `NotAllowed`, `OtherStake`, `MissingConsent`, `PartialAcceptance`,
        /// `WrongNonce`, `ConsentExpired`, `AboveStake`, `Signature`, `Insolvent`. Events: `EscrowMoved`,
        /// `DisputeChanged`, `Paid`.
        #[ink(message)]
        pub fn agree(
            &mut self,
            escrow: u64,
            stake: Amount,
            to_beneficiary: Amount,
            consents: Vec<Consenting>,
        ) -> Result<(), Error> {
            let view = self.view(escrow)?;
            let of_retention = view.escrow.is_about_retention(view.dispute.as_ref());
            let split = AgreedSplit::new(view.escrow.agreement, of_retention, stake, to_beneficiary, host::keccak);
            let consents = self.consents(escrow, &consents)?;
            self.decide(&view, &Command::Agree { split: &split, consents: &consents }, &self.context())
        }

        /// The beneficiary assigns a part of its proceeds, to anybody but who ships, inspects or clears the goods.
        ///
        /// Errors: `UnknownEscrow`, `AttestorHoldsPart`, `Right`. Event: `ReceivableChanged`.
        #[ink(message)]
        pub fn assign(&mut self, escrow: u64, to: Address, part: Bps) -> Result<(), Error> {
            let View { terms, receivable, .. } = self.view(escrow)?;
            self.checklist_of(escrow)?.check_holder(&to.0)?;
            let assigned = receivable.assign(&terms.beneficiary, to.0, part, &self.env().caller().0)?;
            self.write_receivable(escrow, assigned);
            Ok(())
        }

        /// Whoever has a part of the proceeds, by its place, passes it on, to anybody but who ships, inspects or clears the
        /// goods.
        ///
        /// Errors: `UnknownEscrow`, `AttestorHoldsPart`, `Right`. Event: `ReceivableChanged`.
        #[ink(message)]
        pub fn pass_on(&mut self, escrow: u64, place: u8, to: Address) -> Result<(), Error> {
            let View { receivable, .. } = self.view(escrow)?;
            self.checklist_of(escrow)?.check_holder(&to.0)?;
            let passed = receivable.pass_on(place, to.0, &self.env().caller().0)?;
            self.write_receivable(escrow, passed);
            Ok(())
        }

        /// Pays an account's whole claim in an asset: to the account itself where anybody asks, elsewhere where it asks
        /// itself. Claims are kept apart by the compliance contract of the credits from which they are, zero where they
        /// name none.
        ///
        /// Errors: `UnknownAsset`, `NothingToClaim`, `WrongCaller`, `Denied`, `PayoutRefused`. Event: `Paid`.
        #[ink(message)]
        pub fn claim(
            &mut self,
            asset: Address,
            compliance: Address,
            account: Address,
            to: Address,
        ) -> Result<(), Error> {
            self.redeem(asset, compliance, account, to, Redemption::ByCaller { to: to.0 })
        }

        /// Pays an account's whole claim in an asset to where the account says by signature (EIP-712 `Redirection`).
        /// Anybody may bring it, once, until its deadline (seconds since 1970).
        ///
        /// Errors: `Signature`, `UnknownAsset`, `NothingToClaim`, `WrongNonce`, `ConsentExpired`, `Denied`,
        /// `PayoutRefused`. Event: `Paid`.
        #[ink(message)]
        #[allow(clippy::too_many_arguments)]
        pub fn claim_for(
            &mut self,
            asset: Address,
            compliance: Address,
            account: Address,
            to: Address,
            nonce: u32,
            deadline: u64,
            signature: Vec<u8>,
        ) -> Result<(), Error> {
            let deadline = Time::from_raw(deadline);
            let signed = redirection_hash(&asset.0, &compliance.0, &account.0, &to.0, nonce, deadline, host::keccak);
            self.check_signed(account, &signed, &signature)?;
            let by = Redemption::BySignature { signer: account.0, to: to.0, nonce, deadline };
            self.redeem(asset, compliance, account, to, by)
        }

        /// Tries again to deliver a title that its registry did not deliver. Anybody may.
        ///
        /// Errors: `NothingToDeliver`. Event: `TitleMoved`.
        #[ink(message)]
        pub fn deliver_title(&mut self, escrow: u64, issuer: Address, document: Hash32) -> Result<(), Error> {
            let waiting = self.deliveries.get((escrow, TitleKey { issuer: issuer.0, document }));
            let delivery = waiting.ok_or(Error::NothingToDeliver { escrow, document })?.0;
            self.hand_title(escrow, delivery);
            Ok(())
        }

        /// A dealer quotes: it deposits what it gives, which it has allowed this contract to take, and takes it back
        /// only once the quote is over. Returns the number of the quote.
        ///
        /// Errors: `ZeroAmount`, `QuoteExpired`, `OtherAssets` where both are one, `WrongPayment`, `UnknownAsset`,
        /// `TransferRefused`. Events: `Received`, `QuoteChanged`.
        #[ink(message)]
        pub fn quote(
            &mut self,
            sell_asset: Address,
            buy_asset: Address,
            sell: Amount,
            out: Amount,
            expires: u64,
        ) -> Result<u64, Error> {
            let (dealer, expires) = (self.env().caller().0, Time::from_raw(expires));
            let quote = Quote { dealer, sell_asset: sell_asset.0, buy_asset: buy_asset.0, sell, out, expires };
            quote.validate(self.now())?;
            self.take_in(buy_asset, out)?;
            let number = self.quote_count.get_or_default();
            self.quote_count.set(&number.saturating_add(1));
            self.write_quote(number, quote);
            self.check_covered(buy_asset)?;
            Ok(number)
        }

        /// Pays what is left of a quote that is over, or used up, back to its dealer. Anybody may.
        ///
        /// Errors: `UnknownQuote`, `QuoteHolds`, `ZeroAmount`, `Insolvent`. Events: `QuoteChanged`, `Paid`.
        #[ink(message)]
        pub fn withdraw_quote(&mut self, quote: u64) -> Result<(), Error> {
            let record = self.quotes.get(quote).ok_or(Error::UnknownQuote { quote })?.0;
            let (withdrawn, payout) = withdraw(&record, self.now())?;
            self.write_quote(quote, withdrawn);
            let asset = Address::from(record.buy_asset);
            self.release(asset, &payout)?;
            self.check_covered(asset)
        }

        /// Whoever gets proceeds of an escrow, the beneficiary or who has a part of the receivable, has those to come
        /// exchanged by a quote: at least `minimum_out` of the quote's other asset for each `sell` of the credit's, in
        /// proportion, until `expires` (seconds since 1970).
        ///
        /// Errors: `UnknownEscrow`, `NotPayee`, `UnknownQuote`, `OtherAssets`, `ZeroAmount`. Event: `OrderChanged`.
        #[ink(message)]
        pub fn place_order(
            &mut self,
            escrow: u64,
            quote: u64,
            sell: Amount,
            minimum_out: Amount,
            expires: u64,
        ) -> Result<(), Error> {
            let View { terms, receivable, .. } = self.view(escrow)?;
            let caller = self.env().caller();
            if !receivable.is_payee(&terms.beneficiary, &caller.0) {
                return Err(Error::NotPayee { caller });
            }
            let record = self.quotes.get(quote).ok_or(Error::UnknownQuote { quote })?.0;
            let order = Order {
                owner: caller.0,
                sell_asset: terms.asset.token,
                buy_asset: record.buy_asset,
                sell,
                minimum_out,
                expires: Time::from_raw(expires),
            };
            order.validate(&record)?;
            self.write_order(escrow, caller, Some(PlacedOrder { order, quote }));
            Ok(())
        }

        /// The caller's proceeds of an escrow are paid as they are again.
        ///
        /// Event: `OrderChanged`.
        #[ink(message)]
        pub fn cancel_order(&mut self, escrow: u64) -> Result<(), Error> {
            self.write_order(escrow, self.env().caller(), None);
            Ok(())
        }

        /// Agrees a hash-time-locked leg; the caller is one of its two sides. Returns its number.
        ///
        /// Errors: `UnknownAsset`, `WrongCaller`, `ZeroAmount`, `GapTooSmall`, `TooFarAhead`, `Math`. Event:
        /// `LegChanged`.
        #[ink(message)]
        pub fn agree_leg(&mut self, terms: LegTerms) -> Result<u64, Error> {
            self.ledger_of(terms.asset.into())?;
            terms.check_side(&self.env().caller().0)?;
            let record = Leg::agree(terms, self.bound())?;
            let leg = self.leg_count.get_or_default();
            self.leg_count.set(&leg.saturating_add(1));
            self.write_leg(leg, record, None);
            Ok(leg)
        }

        /// The claimer puts up the premium, which it has allowed this contract to take.
        ///
        /// Errors: `UnknownLeg`, `WrongStage`, `WrongCaller`, `TooLate`, `WrongPayment`, `TransferRefused`. Events:
        /// `Received`, `LegChanged`.
        #[ink(message)]
        pub fn bond_leg(&mut self, leg: u64) -> Result<(), Error> {
            let terms = self.leg_record(leg)?.terms;
            let received = self.receive(terms.asset.into(), terms.premium)?;
            self.move_leg(leg, &LegCommand::Bond { received }, None)
        }

        /// The funder locks the amount, which it has allowed this contract to take.
        ///
        /// Errors: those of `bond_leg`. Events: `Received`, `LegChanged`.
        #[ink(message)]
        pub fn lock_leg(&mut self, leg: u64) -> Result<(), Error> {
            let terms = self.leg_record(leg)?.terms;
            let received = self.receive(terms.asset.into(), terms.amount)?;
            self.move_leg(leg, &LegCommand::Lock { received }, None)
        }

        /// Anybody brings the secret: the claimer gets the amount and its premium.
        ///
        /// Errors: `UnknownLeg`, `WrongStage`, `TooLate`, `WrongPreimage`, `Insolvent`. Events: `LegChanged`, `Paid`.
        #[ink(message)]
        pub fn claim_leg(&mut self, leg: u64, preimage: [u8; 32]) -> Result<(), Error> {
            let digest = match self.leg_record(leg)?.terms.hash {
                SecretHash::Keccak256 => host::keccak(&preimage),
                SecretHash::Sha256 => {
                    host::sha256(&preimage).ok_or(Error::NoAnswer { contract: host::SHA256.into() })?
                }
            };
            self.move_leg(leg, &LegCommand::Claim { digest }, Some(preimage))
        }

        /// Gives back what is there, once it is due. Anybody may.
        ///
        /// Errors: `UnknownLeg`, `WrongStage`, `TooEarly`, `Insolvent`. Events: `LegChanged`, `Paid`.
        #[ink(message)]
        pub fn refund_leg(&mut self, leg: u64) -> Result<(), Error> {
            self.move_leg(leg, &LegCommand::Refund, None)
        }

        /// Lets credits be in an asset. Anybody may; an asset that takes a fee, or changes balances by itself, is the
        /// parties' own risk, and reaches no other asset.
        ///
        /// Errors: `AssetExists`, `NoAnswer`. Event: `AssetChanged`.
        #[ink(message)]
        pub fn admit_asset(&mut self, asset: Address) -> Result<(), Error> {
            if self.ledgers.contains(asset) {
                return Err(Error::AssetExists { asset });
            }
            let named = (erc20::decimals(asset), erc20::balance(asset, self.env().address()));
            if named.0.is_none() || named.1.is_none() {
                return Err(Error::NoAnswer { contract: asset });
            }
            self.write_asset(asset, AssetLedger::default());
            Ok(())
        }

        /// Gives to this contract, for good, what keeps its account in an asset alive: the caller has allowed it to be
        /// taken.
        ///
        /// Errors: `UnknownAsset`, `TransferRefused`. Events: `Received`, `AssetChanged`.
        #[ink(message)]
        pub fn seed_asset(&mut self, asset: Address, amount: Amount) -> Result<(), Error> {
            let received = self.receive(asset, amount)?;
            self.write_asset(asset, self.ledger_of(asset)?.seeded(received)?);
            self.check_covered(asset)
        }

        /// Sets below how many raw units a payout waits to be claimed, in credits that are funded from now on. Only the
        /// governor.
        ///
        /// Errors: `Role`, `UnknownAsset`. Event: `AssetChanged`.
        #[ink(message)]
        pub fn set_minimum(&mut self, asset: Address, minimum: Amount) -> Result<(), Error> {
            self.permit::<Governor>()?;
            let ledger = self.ledger_of(asset)?;
            self.minimums.insert(asset, &minimum.raw());
            self.write_asset(asset, ledger);
            Ok(())
        }

        /// Pays out what was sent to this contract by mistake: what is there beyond all that is owed. Only the
        /// governor.
        ///
        /// Errors: `Role`, `UnknownAsset`, `AboveSurplus`, `PayoutRefused`, `NoAnswer`. Event: `Recovered`.
        #[ink(message)]
        pub fn recover(&mut self, asset: Address, to: Address, amount: Amount) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let held = erc20::balance(asset, self.env().address()).ok_or(Error::NoAnswer { contract: asset })?;
            let held = Amount::from_raw(u128::try_from(held).unwrap_or(u128::MAX));
            self.ledger_of(asset)?.recover(held, amount, &permit)?;
            if !erc20::push(asset, to, amount.raw()) {
                return Err(Error::PayoutRefused { asset, to, amount });
            }
            self.env().emit_event(Recovered { asset, to, amount });
            self.check_covered(asset)
        }

        /// Sets the protocol's fee and who gets it, for credits that are funded from now on; one step a vote, once a
        /// day. Only the governor.
        ///
        /// Errors: `Role`, `Terms`, `StepTooLarge`, `ChangedTooSoon`. Event: `SettingsChanged`.
        #[ink(message)]
        pub fn set_fee(&mut self, fee: Bps, collector: Address) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let settings = self.settings().change(fee, collector.0, self.now(), &permit)?;
            self.write_settings(settings);
            Ok(())
        }

        /// Stops new credits from being drafted and funded. Nothing that is funded stands still. Only the guardian or
        /// the governor.
        ///
        /// Errors: `Role`. Event: `SettingsChanged`.
        #[ink(message)]
        pub fn pause(&mut self) -> Result<(), Error> {
            let permit = self.permit::<Guardian>()?;
            self.write_settings(self.settings().pause(&permit));
            Ok(())
        }

        /// Lets new credits begin again. Only the governor.
        ///
        /// Errors: `Role`. Event: `SettingsChanged`.
        #[ink(message)]
        pub fn resume(&mut self) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            self.write_settings(self.settings().resume(&permit));
            Ok(())
        }
    }

    /// Roles.
    impl Escrow {
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
            let roles = self.holders().accept_governor(&self.env().caller().0)?;
            self.write_roles(roles);
            Ok(())
        }

        /// Sets the guardian and the end of its term, in seconds since 1970; the zero address for nobody. Only the
        /// governor.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn set_guardian(&mut self, guardian: Address, until: u64) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let guardian = florin_shell::guardian(guardian, until, self.now())?;
            self.write_roles(self.holders().set_guardian(guardian, &permit));
            Ok(())
        }

        /// Governor, named successor, guardian and the end of its term; zero for nobody.
        #[ink(message)]
        pub fn role_holders(&self) -> (Address, Address, Address, u64) {
            let roles = self.holders();
            let (guardian, until) = guardian_or_zero(roles.guardian);
            (roles.governor.into(), or_zero(roles.pending_governor), guardian, until)
        }
    }

    /// What can be read.
    impl Escrow {
        /// How many escrows were ever drafted; their numbers are those below.
        #[ink(message)]
        pub fn count(&self) -> u64 {
            self.count.get_or_default()
        }

        /// An escrow.
        #[ink(message)]
        pub fn escrow(&self, escrow: u64) -> Option<Credit> {
            self.escrows.get(escrow).map(|record| record.0)
        }

        /// Where an escrow stands at this moment.
        #[ink(message)]
        pub fn status(&self, escrow: u64) -> Option<Status> {
            let record = self.escrows.get(escrow)?.0;
            Some(record.status(&self.terms_of(escrow).ok()?, self.now()))
        }

        /// The moment, in seconds since 1970, from which on all money of an escrow can be out, whatever anybody does or
        /// leaves undone.
        #[ink(message)]
        pub fn t_max(&self, escrow: u64) -> Option<u64> {
            let record = self.escrows.get(escrow)?.0;
            Some(record.t_max(&self.terms_of(escrow).ok()?, &self.rules_of(escrow).ok()?).raw())
        }

        /// The agreement that counts.
        #[ink(message)]
        pub fn agreement(&self, escrow: u64) -> Option<Agreement> {
            self.agreement_of(escrow).ok()
        }

        /// The presentation that is not decided.
        #[ink(message)]
        pub fn presentation(&self, escrow: u64) -> Option<Presentation> {
            self.presentations.get(escrow).map(|record| record.0)
        }

        /// The dispute that is not executed.
        #[ink(message)]
        pub fn dispute(&self, escrow: u64) -> Option<Dispute> {
            self.disputes.get(escrow).map(|record| record.0)
        }

        /// Who gets the beneficiary's proceeds.
        #[ink(message)]
        pub fn receivable(&self, escrow: u64) -> Receivable {
            self.receivables.get(escrow).map(|record| record.0).unwrap_or_default()
        }

        /// An acceptance.
        #[ink(message)]
        pub fn acceptance(&self, escrow: u64, number: u8) -> Option<Acceptance> {
            self.acceptances.get((escrow, number)).map(|record| record.0)
        }

        /// What is owed to an account in an asset, of credits that name this compliance contract, zero for none; fees
        /// of arbitration apart.
        #[ink(message)]
        pub fn claim_of(&self, asset: Address, compliance: Address, account: Address) -> Claim {
            self.claim_on(asset, compliance, account)
        }

        /// What is owed of an escrow to whoever has ruled, in raw units of its asset.
        #[ink(message)]
        pub fn fee_of(&self, escrow: u64, arbiter: Address) -> u128 {
            self.fees.get((escrow, arbiter)).unwrap_or_default()
        }

        /// Whom a title is for that its registry has not delivered.
        #[ink(message)]
        pub fn delivery(&self, escrow: u64, issuer: Address, document: Hash32) -> Option<Delivery> {
            self.deliveries.get((escrow, TitleKey { issuer: issuer.0, document })).map(|record| record.0)
        }

        /// What is owed in an asset, and its minimum in raw units; none where it was not admitted.
        #[ink(message)]
        pub fn asset(&self, asset: Address) -> Option<(AssetLedger, Amount)> {
            Some((self.ledgers.get(asset)?.0, self.minimum_of(asset)))
        }

        /// A quote.
        #[ink(message)]
        pub fn quote_of(&self, quote: u64) -> Option<Quote> {
            self.quotes.get(quote).map(|record| record.0)
        }

        /// The order of somebody who gets proceeds of an escrow.
        #[ink(message)]
        pub fn order_of(&self, escrow: u64, owner: Address) -> Option<PlacedOrder> {
            self.orders.get((escrow, owner)).map(|record| record.0)
        }

        /// A hash-time-locked leg.
        #[ink(message)]
        pub fn leg(&self, leg: u64) -> Option<Leg> {
            self.legs.get(leg).map(|record| record.0)
        }

        /// The protocol's settings.
        #[ink(message)]
        pub fn fee_settings(&self) -> Settings {
            self.settings()
        }

        /// The number of the chain that signatures must name, big-endian.
        #[ink(message)]
        pub fn chain_id(&self) -> [u8; 32] {
            host::domain(florin_trade::SIGNING_NAME).chain_id
        }
    }
}
