//! A trade on a chain, as scenarios, the demo and the bench use it: escrows, titles and arbitration over the coin, with the people of
//! a shipment.

use florin_bindings::{
    arbitration,
    escrow::{self, Document, Proofs},
    title, token, Message,
};
use florin_client::{
    bundle::Bundles,
    chain::{Address, DevChain},
    contract::{CallError, Done},
    escrow::{sign_agreement, sign_consent, sign_paper, Picture},
    governance::keccak,
    signer::Signer,
};
use florin_governance::signing::Domain;
use florin_panels::case::{self as panels, CaseId};
use florin_trade::{
    calendar::Calendar,
    condition::Conditions,
    dispute::DisputeTerms,
    examination::{PaperSubject, PresentationId},
    ledger::AssetLedger,
    right::{Standing, Title, TitleCommand},
    state::Status,
    terms::{Agreement, Asset, Checklist, DocumentKind, Examination, Payment, RequiredDocument, Terms, Tolerance},
    Hash,
};
use florin_units::{Amount, Bps, Seconds, Timestamp, Wad, U256};
use parity_scale_codec::Decode;

use crate::{
    harness::{coins, HarnessError, World},
    scenarios::asset_balance,
};

/// A day in seconds.
pub const DAY: u64 = 86_400;
/// Place of the invoice in the checklist.
pub const INVOICE: u8 = 0;
/// Place of the bill of lading in the checklist.
pub const BILL: u8 = 1;
/// Place of the certificate of inspection in the checklist.
pub const INSPECTION: u8 = 2;
/// Members of the pool that the parties name.
pub const ARBITRATORS: usize = 16;

/// Raw units of so many whole coins.
pub const fn whole(coins: u64) -> Amount {
    Amount::from_raw(coins as u128 * 1_000_000_000_000_000_000)
}

/// Escrows with everything around them.
pub struct Trade<C> {
    /// The suite below.
    pub world: World<C>,
    /// The escrow contract.
    pub escrow: Address,
    /// The registry of titles.
    pub title: Address,
    /// The arbitration contract.
    pub arbitration: Address,
    /// The pool of arbitrators that agreements name.
    pub pool: u32,
    /// Where signatures count.
    pub domain: Domain,
    /// Buys: has 300,000 coin.
    pub applicant: Signer,
    /// Sells: has 10,000 coin for bonds.
    pub beneficiary: Signer,
    /// Carries the goods and issues the bill of lading.
    pub carrier: Signer,
    /// Inspects the goods.
    pub inspector: Signer,
    /// Settles what is due for the tip.
    pub keeper: Signer,
    /// Buys receivables.
    pub financier: Signer,
    /// Rules where a panel is silent.
    pub fallback: Signer,
    /// Gets the protocol's fee.
    pub collector: Signer,
    /// Sit in the pool.
    pub arbitrators: Vec<Signer>,
}

impl<C: DevChain> Trade<C> {
    /// Deploy the suite and the three contracts of trade; the parties have coin and have allowed the escrow contract to take it.
    ///
    /// # Errors
    /// [`HarnessError`] with the step's own error.
    pub async fn deploy(chain: C) -> Result<Self, HarnessError> {
        let world = World::deploy(chain).await?;
        let client = &world.suite.client;
        let governor = &world.governor;
        let bundles = Bundles::find();
        let people: Vec<Signer> = {
            let mut people = Vec::new();
            for number in 200..208 {
                people.push(world.person(number).await?);
            }
            people
        };
        let [applicant, beneficiary, carrier, inspector, keeper, financier, fallback, collector] =
            <[Signer; 8]>::try_from(people).expect("eight people");
        let coin = world.suite.token;
        let code = client.upload(governor, &bundles.load("florin_escrow")?.code).await?.code_hash;
        let constructor = escrow::constructors::new(Bps::from_raw(50), collector.account().to_address());
        let escrow = client.instantiate(governor, code, &constructor, 0, None).await?.address;
        let code = client.upload(governor, &bundles.load("florin_title")?.code).await?.code_hash;
        let title = client.instantiate(governor, code, &title::constructors::new(), 0, None).await?.address;
        let code = client.upload(governor, &bundles.load("florin_arbitration")?.code).await?.code_hash;
        let constructor = arbitration::constructors::new(coin, whole(100).raw(), collector.account().to_address());
        let arbitration = client.instantiate(governor, code, &constructor, 0, None).await?.address;

        client.call(&applicant, escrow, 0, &escrow::admit_asset(coin)).await?;
        world.open(&applicant, 5_000, 310_000).await?;
        world.pay(&applicant, beneficiary.account().to_address(), coins(10_000)).await?;
        for party in [&applicant, &beneficiary] {
            client.call(party, coin, 0, &token::approve(escrow, U256::MAX)).await?;
        }
        let mut arbitrators = Vec::new();
        for number in 0..ARBITRATORS {
            arbitrators.push(world.person(220 + number as u32).await?);
        }
        let members = arbitrators.iter().map(|member| member.account().to_address()).collect();
        let pool = client.call(&keeper, arbitration, 0, &arbitration::make_pool(members)).await?.value;
        let domain = florin_client::escrow::domain(client, escrow).await?;
        Ok(Self {
            world,
            escrow,
            title,
            arbitration,
            pool,
            domain,
            applicant,
            beneficiary,
            carrier,
            inspector,
            keeper,
            financier,
            fallback,
            collector,
            arbitrators,
        })
    }

    /// The chain's time.
    ///
    /// # Errors
    /// The chain's.
    pub async fn now(&self) -> Result<Timestamp, HarnessError> {
        Ok(self.world.suite.now().await?)
    }

    /// Move time forward by days.
    ///
    /// # Errors
    /// The chain's.
    pub async fn wait_days(&self, days: u64) -> Result<(), HarnessError> {
        self.world.advance(days * DAY).await
    }

    /// Move time forward to a moment.
    ///
    /// # Errors
    /// The chain's.
    pub async fn wait_until(&self, moment: Timestamp) -> Result<(), HarnessError> {
        let left = moment.raw().saturating_sub(self.now().await?.raw());
        if left > 0 {
            self.world.advance(left).await?;
        }
        Ok(())
    }

    /// A sight credit over 20,000 coin: invoice, bill of lading and inspection, shipped within thirty days, valid for sixty, five
    /// working days to examine, every day a working day.
    ///
    /// # Errors
    /// The chain's.
    pub async fn agreement(&self) -> Result<Agreement, HarnessError> {
        let now = self.now().await?;
        let days = |days: u64| Seconds::from_raw(days * DAY);
        let address = |signer: &Signer| signer.account().to_address().0;
        let mut checklist = Checklist::default();
        for (place, kind, issuer) in [
            (INVOICE, DocumentKind::Invoice, &self.beneficiary),
            (BILL, DocumentKind::Transport, &self.carrier),
            (INSPECTION, DocumentKind::Inspection, &self.inspector),
        ] {
            checklist.documents[usize::from(place)] = Some(RequiredDocument { kind, issuer: address(issuer) });
        }
        Ok(Agreement {
            terms: Terms {
                applicant: address(&self.applicant),
                beneficiary: address(&self.beneficiary),
                confirmer: None,
                asset: Asset { token: self.world.suite.token.0, decimals: 18 },
                amount: whole(20_000),
                tolerance: Tolerance::default(),
                partial_drawings: true,
                payment: Payment::Sight,
                latest_shipment: now.after(days(30)),
                expiry: now.after(days(60)),
                presentation_period: days(21),
                examination: Examination { working_days: 5, limit: days(14) },
                response: days(7),
                retention: None,
                default_split: Bps::from_raw(5_000),
                maximum_fee: Bps::from_raw(100),
                tip: whole(5),
                title: None,
                compliance: None,
                details: keccak(b"2,000 bags of coffee, FOB Santos"),
            },
            checklist,
            dispute: DisputeTerms {
                arbitration: self.arbitration.0,
                fallback: address(&self.fallback),
                pool: self.pool,
                panel: 3,
                offers: 3,
                offer_window: days(3),
                panel_window: days(10),
                appeal_window: days(5),
                appeal_panel_window: days(14),
                fallback_window: days(7),
                bond: whole(1_000),
                fee: whole(300),
                appeal_bond: whole(1_500),
                appeal_fee: whole(700),
                reserve: Amount::ZERO,
            },
            conditions: Conditions::default(),
            calendar: Calendar::without_holidays(0, 0),
        })
    }

    /// Call the escrow contract.
    ///
    /// # Errors
    /// The contract's.
    pub async fn call<T: Decode>(
        &self,
        signer: &Signer,
        message: &Message<T, escrow::Error>,
    ) -> Result<Done<T>, CallError<escrow::Error>> {
        self.world.suite.client.call(signer, self.escrow, 0, message).await
    }

    /// Call the arbitration contract.
    ///
    /// # Errors
    /// The contract's.
    pub async fn arbitrate<T: Decode>(
        &self,
        signer: &Signer,
        message: &Message<T, arbitration::Error>,
    ) -> Result<Done<T>, CallError<arbitration::Error>> {
        self.world.suite.client.call(signer, self.arbitration, 0, message).await
    }

    /// Draft an agreement with both signatures, brought by the keeper.
    ///
    /// # Errors
    /// The contract's.
    pub async fn sign(&self, agreement: &Agreement) -> Result<u64, HarnessError> {
        let deadline = self.now().await?.after(Seconds::from_raw(DAY));
        let hash = agreement.hash(keccak);
        let signatures = [&self.applicant, &self.beneficiary]
            .map(|party| sign_agreement(party, &self.domain, &hash, deadline))
            .to_vec();
        Ok(self.call(&self.keeper, &escrow::draft(*agreement, signatures)).await?.value)
    }

    /// Draft, sign and pay in.
    ///
    /// # Errors
    /// The contract's.
    pub async fn fund(&self, agreement: &Agreement) -> Result<u64, HarnessError> {
        let id = self.sign(agreement).await?;
        self.call(&self.applicant, &escrow::fund(id, agreement.hash(keccak))).await?;
        Ok(id)
    }

    /// The document in a place, signed by its issuer for the next drawing, with contents that a word stands for.
    ///
    /// # Errors
    /// The chain's.
    pub async fn paper(&self, id: u64, place: u8, contents: &str) -> Result<Document, HarnessError> {
        self.milestone_paper(id, None, place, contents).await
    }

    /// The same for a milestone.
    async fn milestone_paper(
        &self,
        id: u64,
        milestone: Option<u8>,
        place: u8,
        contents: &str,
    ) -> Result<Document, HarnessError> {
        let Picture { agreement, escrow, .. } = self.picture(id).await?;
        let required = agreement.checklist.documents[usize::from(place)].expect("a required document");
        let issuer = self.signer_of(required.issuer);
        let subject = PaperSubject {
            escrow: id,
            drawing: escrow.next_drawing(),
            checklist: agreement.checklist.hash(keccak),
            milestone,
            document: place,
            commitment: commitment(place, contents),
            dated: self.now().await?,
        };
        Ok(sign_paper(issuer, &self.domain, &subject))
    }

    /// All documents of the checklist, dated today.
    ///
    /// # Errors
    /// The chain's.
    pub async fn papers(&self, id: u64, contents: &str) -> Result<Vec<Option<Document>>, HarnessError> {
        self.milestone_papers(id, None, contents).await
    }

    /// The same for a milestone.
    ///
    /// # Errors
    /// The chain's.
    pub async fn milestone_papers(
        &self,
        id: u64,
        milestone: Option<u8>,
        contents: &str,
    ) -> Result<Vec<Option<Document>>, HarnessError> {
        let documents = self.picture(id).await?.agreement.checklist.documents;
        let mut papers = Vec::new();
        for (place, document) in (0u8..).zip(documents) {
            papers.push(match document {
                Some(_) => Some(self.milestone_paper(id, milestone, place, contents).await?),
                None => None,
            });
        }
        Ok(papers)
    }

    /// Present all documents for an amount, shipped today.
    ///
    /// # Errors
    /// The contract's.
    pub async fn present(&self, id: u64, amount: Amount, contents: &str) -> Result<PresentationId, HarnessError> {
        let papers = self.papers(id, contents).await?;
        self.call(&self.beneficiary, &escrow::present(id, amount, None, papers, false)).await?;
        Ok(PresentationId { number: self.picture(id).await?.escrow.presentations, amount })
    }

    /// Present the documents of a milestone, for its amount.
    ///
    /// # Errors
    /// The contract's.
    pub async fn present_milestone(&self, id: u64, milestone: u8) -> Result<PresentationId, HarnessError> {
        let papers = self.milestone_papers(id, Some(milestone), "a milestone").await?;
        let agreement = self.picture(id).await?.agreement;
        let amount = agreement.checklist.milestone(milestone).expect("a milestone").amount;
        self.call(&self.beneficiary, &escrow::present(id, amount, Some(milestone), papers, false)).await?;
        Ok(PresentationId { number: self.picture(id).await?.escrow.presentations, amount })
    }

    /// What a member of a panel commits to.
    pub fn commitment(&self, id: u64, is_appeal: bool, member: &Signer, award: Amount, salt: Hash) -> Hash {
        let case = CaseId { court: self.escrow.0, number: id, is_appeal };
        panels::commitment(&self.arbitration.0, &case, &member.account().to_address().0, award, &salt, keccak)
    }

    /// Wait until the members of a panel may reveal, or until it can be reported.
    ///
    /// # Errors
    /// The chain's.
    pub async fn wait_for_case(&self, id: u64, is_appeal: bool, to_reveal: bool) -> Result<(), HarnessError> {
        let message = arbitration::case(self.escrow, id, is_appeal);
        let case = self.world.suite.client.read(self.arbitration, &message).await?.expect("a case");
        let panels::Stage::Sitting { commit_until, reveal_until } = case.stage else {
            panic!("the panel sits: {case:?}")
        };
        self.wait_until(if to_reveal { commit_until } else { reveal_until }).await
    }

    /// Consents of both parties to an amendment or a division.
    ///
    /// # Errors
    /// The chain's.
    pub async fn consents(&self, id: u64, subject: &Hash) -> Result<Vec<escrow::Consenting>, HarnessError> {
        let nonce = self.picture(id).await?.escrow.amendments;
        let deadline = self.now().await?.after(Seconds::from_raw(DAY));
        Ok([&self.applicant, &self.beneficiary]
            .map(|party| sign_consent(party, &self.domain, id, subject, nonce, deadline))
            .to_vec())
    }

    /// Everything that is known of an escrow.
    ///
    /// # Errors
    /// The chain's.
    pub async fn picture(&self, id: u64) -> Result<Picture, HarnessError> {
        Ok(florin_client::escrow::read(&self.world.suite.client, self.escrow, id).await?.expect("an escrow"))
    }

    /// Where an escrow stands now.
    ///
    /// # Errors
    /// The chain's.
    pub async fn status(&self, id: u64) -> Result<Status, HarnessError> {
        Ok(self.world.suite.client.read(self.escrow, &escrow::status(id)).await?.expect("an escrow"))
    }

    /// Whole and part coin of somebody.
    ///
    /// # Errors
    /// The chain's.
    pub async fn coin_of(&self, who: &Signer) -> Result<Wad, HarnessError> {
        self.world.coin_of(who).await
    }

    /// What somebody can claim of an asset, of credits without a compliance contract.
    ///
    /// # Errors
    /// The chain's.
    pub async fn claim_of(&self, asset: Address, who: &Signer) -> Result<Amount, HarnessError> {
        let claim = escrow::claim_of(asset, Address::zero(), who.account().to_address());
        Ok(self.world.suite.client.read(self.escrow, &claim).await?.amount)
    }

    /// The carrier issues the title to a bill of lading to the seller, who entrusts the escrow contract with it.
    ///
    /// # Errors
    /// The registry's.
    pub async fn issue_title(&self, contents: &str) -> Result<Hash, HarnessError> {
        let document = commitment(BILL, contents);
        let (client, issuer) = (&self.world.suite.client, self.carrier.account().to_address());
        let issue = title::issue(document, self.beneficiary.account().to_address());
        client.call(&self.carrier, self.title, 0, &issue).await?;
        let entrust = TitleCommand::Entrust { custodian: Some(self.escrow.0) };
        client.call(&self.beneficiary, self.title, 0, &title::act(issuer, document, entrust)).await?;
        Ok(document)
    }

    /// A title of the carrier's.
    ///
    /// # Errors
    /// The chain's.
    pub async fn title_of(&self, document: Hash) -> Result<Title, HarnessError> {
        let message = title::title(self.carrier.account().to_address(), document);
        Ok(self.world.suite.client.read(self.title, &message).await?.expect("a title"))
    }

    /// Assert that a title is in one hand.
    ///
    /// # Errors
    /// The chain's.
    pub async fn expect_title_with(&self, document: Hash, who: &Signer) -> Result<(), HarnessError> {
        let (title, account) = (self.title_of(document).await?, who.account().to_address().0);
        assert_eq!((title.standing, title.owner, title.holder), (Standing::Active, account, account));
        Ok(())
    }

    /// Seat the panel of an escrow's dispute; returns its members, by place.
    ///
    /// # Errors
    /// The contract's.
    pub async fn seat(&self, id: u64, is_appeal: bool) -> Result<Vec<&Signer>, HarnessError> {
        self.arbitrate(&self.keeper, &arbitration::call_panel(self.escrow, id, is_appeal)).await?;
        for _ in 0..4 {
            self.world.advance(6).await?;
        }
        self.arbitrate(&self.keeper, &arbitration::draw_panel(self.escrow, id, is_appeal)).await?;
        let panel = arbitration::panel(self.escrow, id, is_appeal);
        let panel = self.world.suite.client.read(self.arbitration, &panel).await?.expect("a panel");
        Ok(panel.members.iter().flatten().map(|member| self.signer_of(*member)).collect())
    }

    /// Have a panel commit and reveal awards, each member its own; none keeps silent. Then tell the escrow.
    ///
    /// # Errors
    /// The contract's.
    pub async fn hear(
        &self,
        id: u64,
        is_appeal: bool,
        members: &[&Signer],
        awards: &[Option<Amount>],
    ) -> Result<(), HarnessError> {
        let salt = [7; 32];
        for (member, award) in members.iter().zip(awards) {
            let Some(award) = award else { continue };
            let commitment = self.commitment(id, is_appeal, member, *award, salt);
            self.arbitrate(member, &arbitration::commit(self.escrow, id, is_appeal, commitment)).await?;
        }
        let everybody = awards.iter().all(Option::is_some);
        if !everybody {
            self.wait_for_case(id, is_appeal, true).await?;
        }
        for (member, award) in members.iter().zip(awards) {
            let Some(award) = award else { continue };
            self.arbitrate(member, &arbitration::reveal(self.escrow, id, is_appeal, award.raw(), salt)).await?;
        }
        if !everybody {
            self.wait_for_case(id, is_appeal, false).await?;
        }
        self.arbitrate(&self.keeper, &arbitration::report(self.escrow, id, is_appeal)).await?;
        Ok(())
    }

    /// The signer of an address among the people of the trade.
    pub fn signer_of(&self, account: [u8; 20]) -> &Signer {
        self.people().find(|person| person.account().to_address().0 == account).expect("somebody of the trade")
    }

    /// Everybody of the trade, those who may arbitrate included.
    fn people(&self) -> impl Iterator<Item = &Signer> {
        let people = [
            &self.applicant,
            &self.beneficiary,
            &self.carrier,
            &self.inspector,
            &self.keeper,
            &self.financier,
            &self.fallback,
            &self.collector,
        ];
        people.into_iter().chain(&self.arbitrators)
    }

    /// What is owed in an asset, and what is there.
    ///
    /// # Errors
    /// The chain's.
    pub async fn books_of(&self, asset: Address) -> Result<(AssetLedger, U256), HarnessError> {
        let (ledger, _) = self.world.suite.client.read(self.escrow, &escrow::asset(asset)).await?.expect("an asset");
        Ok((ledger, asset_balance(&self.world, asset, self.escrow).await?))
    }

    /// Everything that must hold after every step: each escrow's equation to the unit, and every asset covered: what escrows hold
    /// and what accounts can claim is what is owed, and not more than what is there.
    ///
    /// # Errors
    /// The chain's.
    pub async fn check_books(&self, asset: Address) -> Result<(), HarnessError> {
        let fault = self.fault_of_books(asset).await?;
        assert!(fault.is_none(), "{}", fault.unwrap_or_default());
        Ok(())
    }

    /// Nobody acts until all time is over; then the keeper settles what is due. All money must be out or claimable.
    ///
    /// # Errors
    /// The contract's.
    pub async fn fall_silent(&self, id: u64) -> Result<(), HarnessError> {
        let picture = self.picture(id).await?;
        self.wait_until(picture.t_max()).await?;
        for _ in 0..4 {
            let status = self.status(id).await?;
            if matches!(status, Status::Complying | Status::Expired | Status::Decided | Status::Releasing) {
                self.call(&self.keeper, &escrow::settle(id)).await?;
            }
        }
        let acceptances = self.picture(id).await?.acceptances;
        for (number, acceptance) in (0u8..).zip(acceptances) {
            if !acceptance.paid {
                self.call(&self.keeper, &escrow::mature(id, number)).await?;
            }
        }
        let picture = self.picture(id).await?;
        assert_eq!(self.status(id).await?, Status::Closed, "{picture:?}");
        assert_eq!(picture.escrow.book.held(), Ok(Amount::ZERO));
        Ok(())
    }

    /// What shows that conditions hold, empty.
    pub fn no_proofs() -> Proofs {
        Proofs { signatures: Vec::new(), preimages: Vec::new(), feeds: Vec::new(), title: None }
    }

    /// What [`Self::check_books`] checks, and what is wrong, where something is.
    ///
    /// # Errors
    /// The chain's.
    pub async fn fault_of_books(&self, asset: Address) -> Result<Option<String>, HarnessError> {
        let client = &self.world.suite.client;
        // Claims are apart by the compliance contracts that credits name; zero is for those that name none.
        let (mut owed, mut compliance) = (0, vec![Address::zero()]);
        for id in 0..client.read(self.escrow, &escrow::count()).await? {
            let Picture { agreement, escrow, .. } = self.picture(id).await?;
            if !escrow.book.is_balanced() {
                return Ok(Some(format!("escrow {id}: {:?}", escrow.book)));
            }
            let named = agreement.terms.compliance.map(Address::from);
            compliance.extend(named.filter(|named| !compliance.contains(named)));
            if agreement.terms.asset.token == asset.0 {
                owed += escrow.book.held().expect("fits").raw();
                for arbiter in [agreement.dispute.arbitration, agreement.dispute.fallback] {
                    owed += client.read(self.escrow, &escrow::fee_of(id, arbiter.into())).await?;
                }
            }
        }
        for person in self.people() {
            for contract in &compliance {
                let claim = escrow::claim_of(asset, *contract, person.account().to_address());
                owed += client.read(self.escrow, &claim).await?.amount.raw();
            }
        }
        let (ledger, balance) = self.books_of(asset).await?;
        let liabilities = ledger.liabilities.raw();
        if liabilities != owed {
            return Ok(Some(format!("{liabilities} are owed, escrows hold and accounts can claim {owed}")));
        }
        let covered = balance >= U256::from(owed + ledger.seed.raw());
        Ok((!covered).then(|| format!("{balance} does not cover {owed}")))
    }

    /// What somebody has in coin: held, and to be claimed from escrows and for rulings.
    ///
    /// # Errors
    /// The chain's.
    pub async fn holdings_of(&self, who: &Signer) -> Result<Amount, HarnessError> {
        let (coin, account) = (self.world.suite.token, who.account().to_address());
        let claim = self.claim_of(coin, who).await?;
        let rulings = self.world.suite.client.read(self.arbitration, &arbitration::claim_of(coin, account)).await?;
        Ok(Amount::from_raw(self.coin_of(who).await?.raw() + claim.raw() + rulings.raw()))
    }
}

/// The commitment of a document in a place whose contents a word stands for.
pub fn commitment(place: u8, contents: &str) -> Hash {
    keccak(&[&[place], contents.as_bytes()].concat())
}
