//! The steps that messages share: load, check what was signed, decide, write, emit. What leaves comes last, in
//! [`crate::money`].

use crate::error::Error;
use crate::escrow::Escrow;
use crate::event::*;
use crate::external;
use crate::record::*;
use florin_governance::roles::{self, Permit, Role, Roles};
use florin_shell::{erc20, guardian_or_zero, host, or_zero};
use florin_trade::amendment::{consent_hash, Consent, Consents, MAXIMUM_CONSENTS};
use florin_trade::condition::{approval_hash, Conditions, Evidence, Facts};
use florin_trade::decision::{Context, Outcome, Screening, View};
use florin_trade::dispute::{self, DisputeTerms};
use florin_trade::drawing::Acceptance;
use florin_trade::examination::{paper_hash, Paper, PaperSubject, Papers};
use florin_trade::fee::Settings;
use florin_trade::right::TitleKey;
use florin_trade::state::Message;
use florin_trade::terms::{Agreement, Checklist, Sealed, Terms};
use florin_trade::{decide, Command, EscrowId, Hash, SIGNING_NAME};
use florin_units::{Amount, Timestamp};
use ink::codegen::Env;
use ink::Address;

impl Escrow {
    pub(crate) fn settings(&self) -> Settings {
        self.settings.get().map_or_else(Settings::default, |record| record.0)
    }

    pub(crate) fn holders(&self) -> Roles {
        // The constructor writes the record; without it there is nobody who could do anything.
        self.roles.get().map_or(Roles::new([0; 20]), |record| record.0)
    }

    pub(crate) fn permit<R: Role>(&self) -> Result<Permit<R>, Error> {
        Ok(roles::check(&self.holders(), &self.env().caller().0, self.now())?)
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_raw(self.env().block_timestamp())
    }

    pub(crate) fn context(&self) -> Context {
        Context { caller: self.env().caller().0, now: self.now(), screening: Screening::Clear }
    }

    /// The context of a message by which an account pays in: the contract that the terms name is asked about it.
    pub(crate) fn screened(&self, terms: &Terms) -> Context {
        let context = self.context();
        Context { screening: screening(terms.compliance.map(Address::from), self.env().caller()), ..context }
    }

    pub(crate) fn view(&self, escrow: EscrowId) -> Result<View, Error> {
        let record = self.escrows.get(escrow).ok_or(Error::UnknownEscrow { escrow })?;
        let mut view = View::new(escrow, self.terms_of(escrow)?, record.0);
        view.presentation = self.presentations.get(escrow).map(|record| record.0);
        view.dispute = self.disputes.get(escrow).map(|record| record.0);
        view.receivable = self.receivables.get(escrow).map(|record| record.0).unwrap_or_default();
        Ok(view)
    }

    pub(crate) fn terms_of(&self, escrow: EscrowId) -> Result<Terms, Error> {
        Ok(self.terms.get(escrow).ok_or(Error::UnknownEscrow { escrow })?.0)
    }

    pub(crate) fn checklist_of(&self, escrow: EscrowId) -> Result<Checklist, Error> {
        Ok(self.checklists.get(escrow).ok_or(Error::UnknownEscrow { escrow })?.0)
    }

    pub(crate) fn rules_of(&self, escrow: EscrowId) -> Result<DisputeTerms, Error> {
        Ok(self.dispute_terms.get(escrow).ok_or(Error::UnknownEscrow { escrow })?.0)
    }

    pub(crate) fn conditions_of(&self, escrow: EscrowId) -> Result<Conditions, Error> {
        let unknown = Error::UnknownEscrow { escrow };
        match (self.trees.get(escrow), self.facts.get(escrow)) {
            (Some(tree), Some(facts)) => Ok(Conditions { tree: tree.0, facts: facts.0 }),
            _ => Err(unknown),
        }
    }

    pub(crate) fn agreement_of(&self, escrow: EscrowId) -> Result<Agreement, Error> {
        Ok(Agreement {
            terms: self.terms_of(escrow)?,
            checklist: self.checklist_of(escrow)?,
            dispute: self.rules_of(escrow)?,
            conditions: self.conditions_of(escrow)?,
            calendar: self.calendars.get(escrow).ok_or(Error::UnknownEscrow { escrow })?.0,
        })
    }

    /// Writes the cells of an agreement and tells of them.
    pub(crate) fn write_agreement(&mut self, escrow: EscrowId, sealed: &Sealed) {
        let agreement = *sealed.agreement();
        self.terms.insert(escrow, &TermsRecord(agreement.terms));
        self.checklists.insert(escrow, &ChecklistRecord(agreement.checklist));
        self.dispute_terms.insert(escrow, &DisputeTermsRecord(agreement.dispute));
        self.trees.insert(escrow, &TreeRecord(agreement.conditions.tree));
        self.facts.insert(escrow, &FactsRecord(agreement.conditions.facts));
        self.calendars.insert(escrow, &CalendarRecord(agreement.calendar));
        self.env().emit_event(AgreementWritten {
            escrow,
            applicant: agreement.terms.applicant.into(),
            beneficiary: agreement.terms.beneficiary.into(),
            hash: sealed.hash(),
            agreement,
        });
    }

    /// Decides about a message that carries all that it needs, and does what was decided.
    pub(crate) fn carry_out(&mut self, escrow: EscrowId, command: &Command<'_>) -> Result<(), Error> {
        let view = self.view(escrow)?;
        self.decide(&view, command, &self.context())
    }

    pub(crate) fn decide(&mut self, view: &View, command: &Command<'_>, context: &Context) -> Result<(), Error> {
        let outcome = decide(view, command, context)?;
        self.apply(view, command.message(), context.caller.into(), &outcome)
    }

    /// Writes the new records, then moves titles, then pays.
    pub(crate) fn apply(&mut self, old: &View, message: Message, by: Address, outcome: &Outcome) -> Result<(), Error> {
        let (escrow, next) = (old.id, &outcome.view);
        let asset = Address::from(next.terms.asset.token);
        self.escrows.insert(escrow, &EscrowRecord(next.escrow));
        if next.presentation != old.presentation {
            match next.presentation {
                Some(presentation) => {
                    self.presentations.insert(escrow, &PresentationRecord(presentation));
                }
                None => self.presentations.remove(escrow),
            }
            self.env().emit_event(PresentationChanged { escrow, presentation: next.presentation });
        }
        if next.dispute != old.dispute {
            match next.dispute {
                Some(dispute) => {
                    self.disputes.insert(escrow, &DisputeRecord(dispute));
                }
                None => self.disputes.remove(escrow),
            }
            self.env().emit_event(DisputeChanged { escrow, dispute: next.dispute });
        }
        if let Some((number, acceptance)) = outcome.acceptance {
            self.acceptances.insert((escrow, number), &AcceptanceRecord(acceptance));
            self.env().emit_event(AcceptanceChanged { escrow, number, acceptance });
        }
        let moves_money = outcome.receipt.is_some() || outcome.payouts.iter().next().is_some();
        if moves_money {
            let ledger = self.ledger_of(asset)?.moved(outcome.received(), &outcome.payouts)?;
            self.ledgers.insert(asset, &LedgerRecord(ledger));
        }
        self.move_titles(escrow, &next.terms, outcome)?;
        self.pay_out(escrow, &next.terms, outcome)?;
        // What could not be delivered is in the book by now.
        let record = self.escrows.get(escrow).map_or(next.escrow, |record| record.0);
        self.env().emit_event(EscrowMoved { escrow, by, message, record });
        if moves_money {
            self.check_covered(asset)?;
        }
        Ok(())
    }

    /// The pool of arbitrators is large enough that a panel and an appeal panel without anybody who is barred can be
    /// drawn.
    pub(crate) fn check_pool(&self, rules: &DisputeTerms) -> Result<(), Error> {
        let pool = rules.pool;
        let members = external::pool_size(rules.arbitration.into(), pool);
        dispute::check_pool(rules, members).map_err(|required| Error::PoolTooSmall { pool, members, required })
    }

    pub(crate) fn write_receivable(&mut self, escrow: EscrowId, receivable: florin_trade::right::Receivable) {
        self.receivables.insert(escrow, &ReceivableRecord(receivable));
        self.env().emit_event(ReceivableChanged { escrow, receivable });
    }

    /// An acceptance; a number that was never given out has one that nobody can be paid by.
    pub(crate) fn acceptance_of(&self, escrow: EscrowId, number: u8) -> Acceptance {
        let none = Acceptance { amount: Amount::ZERO, maturity: Timestamp::ZERO, paid: false };
        self.acceptances.get((escrow, number)).map_or(none, |record| record.0)
    }

    /// Checks that an account signed a struct hash for this contract.
    pub(crate) fn check_signed(&self, signer: Address, struct_hash: &Hash, signature: &[u8]) -> Result<(), Error> {
        let digest = host::domain(SIGNING_NAME).typed(struct_hash, host::keccak);
        Ok(host::check_signature(signer, &digest, signature)?)
    }

    /// Consents that count: of others by signature, of whoever sends the message by sending it.
    pub(crate) fn consents(&self, escrow: EscrowId, given: &[Consenting]) -> Result<Consents, Error> {
        let mut consents = [None; MAXIMUM_CONSENTS];
        check_number(given.len(), consents.len())?;
        for (slot, consent) in consents.iter_mut().zip(given) {
            let Consenting { signer, subject, nonce, deadline, ref signature } = *consent;
            let deadline = Timestamp::from_raw(deadline);
            if signer != self.env().caller() || !signature.is_empty() {
                let signed = consent_hash(escrow, &subject, nonce, deadline, host::keccak);
                self.check_signed(signer, &signed, signature)?;
            }
            *slot = Some(Consent { signer: signer.0, subject, nonce, deadline });
        }
        Ok(consents)
    }

    /// Documents whose signatures count: of others by signature, of whoever sends the message by sending it.
    pub(crate) fn papers(
        &self,
        view: &View,
        checklist: &Checklist,
        milestone: Option<u8>,
        given: &[Option<Document>],
    ) -> Result<Papers, Error> {
        let mut papers = Papers::default();
        check_number(given.len(), papers.len())?;
        let (caller, checklist) = (self.env().caller(), checklist.hash(host::keccak));
        for (place, (slot, document)) in papers.iter_mut().zip(given).enumerate() {
            let Some(document) = document else { continue };
            let dated = Timestamp::from_raw(document.dated);
            if document.signer != caller || !document.signature.is_empty() {
                let signed = PaperSubject {
                    escrow: view.id,
                    drawing: view.escrow.next_drawing(),
                    checklist,
                    milestone,
                    document: u8::try_from(place).unwrap_or(u8::MAX),
                    commitment: document.commitment,
                    dated,
                };
                self.check_signed(document.signer, &paper_hash(&signed, host::keccak), &document.signature)?;
            }
            *slot = Some(Paper { commitment: document.commitment, dated, signer: document.signer.0 });
        }
        Ok(papers)
    }

    /// Evidence: signatures that count, hashes of what was revealed, what the named contracts say.
    pub(crate) fn evidence(&self, view: &View, facts: &Facts, proofs: &Proofs) -> Result<Evidence, Error> {
        let mut evidence = Evidence::default();
        check_number(proofs.signatures.len(), evidence.signers.len())?;
        check_number(proofs.preimages.len(), evidence.preimages.len())?;
        check_number(proofs.feeds.len(), evidence.readings.len())?;
        let caller = self.env().caller();
        let approval = approval_hash(view.id, &view.escrow.agreement, host::keccak);
        for (slot, (signer, signature)) in evidence.signers.iter_mut().zip(&proofs.signatures) {
            if *signer != caller || !signature.is_empty() {
                self.check_signed(*signer, &approval, signature)?;
            }
            *slot = Some(signer.0);
        }
        for (slot, preimage) in evidence.preimages.iter_mut().zip(&proofs.preimages) {
            *slot = Some(host::keccak(preimage));
        }
        for (slot, feed) in evidence.readings.iter_mut().zip(&proofs.feeds) {
            *slot = external::reading(facts.oracle.into(), *feed);
        }
        if let Some(document) = proofs.title {
            let key = TitleKey { issuer: facts.title_issuer, document };
            evidence.title = external::title(facts.titles.into(), &key);
        }
        Ok(evidence)
    }

    pub(crate) fn write_settings(&mut self, settings: Settings) {
        self.settings.set(&SettingsRecord(settings));
        self.env().emit_event(SettingsChanged { settings });
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
}

/// What a compliance contract says of an account; everything is clear where nobody is named.
pub(crate) fn screening(compliance: Option<Address>, account: Address) -> Screening {
    match compliance {
        Some(contract) if !erc20::is_allowed(contract, account) => Screening::Denied,
        _ => Screening::Clear,
    }
}

/// Errors: [`Error::TooMany`].
pub(crate) fn check_number(given: usize, maximum: usize) -> Result<(), Error> {
    if given <= maximum {
        return Ok(());
    }
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Err(Error::TooMany { given: small(given), maximum: small(maximum) })
}

/// An agreement with its hash.
pub(crate) fn sealed(agreement: Agreement) -> Sealed {
    Sealed::new(agreement, host::keccak)
}
