//! What terms may say. Every bound is here: no window can be so short that a party cannot act, none so long that money
//! is held for years by somebody's silence, and no name stands in two places that must be strangers to each other.

use crate::dispute::{DisputeTerms, MAXIMUM_PANEL};
use crate::error::EscrowError;
use crate::fee::share_up;
use crate::terms::{Agreement, Checklist, DocumentKind, Payment, Terms};
use crate::{calendar, Address, DAY, NOBODY};
use florin_units::{error_codes, Amount, Bps, Seconds, Timestamp, BPS_ONE, MAXIMUM_DECIMALS};
use parity_scale_codec::{Decode, Encode};

/// The largest amount of a credit, in raw units: sums of a few of them cannot overflow.
pub const MAXIMUM_AMOUNT: u128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;
/// The widest tolerance, the "about" of the trade: ten in a hundred.
pub const MAXIMUM_TOLERANCE: Bps = Bps::from_raw(1_000);
/// The highest fee that parties can accept.
pub const MAXIMUM_FEE: Bps = Bps::from_raw(500);
/// The most that can be held back from a drawing.
pub const MAXIMUM_RETENTION: Bps = Bps::from_raw(5_000);
/// The least share of the credit that a dispute's bond must come to.
pub const MINIMUM_BOND: Bps = Bps::from_raw(100);
/// The most offers of a side.
pub const MAXIMUM_OFFERS: u8 = 8;

/// What a bound is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Term {
    /// The amount, in raw units.
    #[codec(index = 0)]
    Amount,
    /// The tolerance above it, in basis points.
    #[codec(index = 1)]
    ToleranceMore,
    /// The tolerance below it, in basis points.
    #[codec(index = 2)]
    ToleranceLess,
    /// Decimals of the asset.
    #[codec(index = 3)]
    Decimals,
    /// The latest date of shipment.
    #[codec(index = 4)]
    LatestShipment,
    /// The expiry.
    #[codec(index = 5)]
    Expiry,
    /// The presentation period, in seconds.
    #[codec(index = 6)]
    PresentationPeriod,
    /// Working days of the examination.
    #[codec(index = 7)]
    WorkingDays,
    /// The limit of the examination, in seconds.
    #[codec(index = 8)]
    ExaminationLimit,
    /// Time to respond to a notice, in seconds.
    #[codec(index = 9)]
    Response,
    /// The tenor, in seconds.
    #[codec(index = 10)]
    Tenor,
    /// Share paid at sight, in basis points.
    #[codec(index = 11)]
    SightShare,
    /// Share held back, in basis points.
    #[codec(index = 12)]
    RetentionShare,
    /// End of the retention.
    #[codec(index = 13)]
    RetentionUntil,
    /// The beneficiary's share without a ruling, in basis points.
    #[codec(index = 14)]
    DefaultSplit,
    /// The highest fee accepted, in basis points.
    #[codec(index = 15)]
    MaximumFee,
    /// The tip, in raw units.
    #[codec(index = 16)]
    Tip,
    /// Days of the week without work, as bits.
    #[codec(index = 17)]
    Weekend,
    /// Minutes between local and universal time.
    #[codec(index = 18)]
    CalendarOffset,
    /// Names that stand twice among parties, confirmer and arbitrators, or are nobody's.
    #[codec(index = 19)]
    Names,
    /// Ways to be paid: documents and conditions.
    #[codec(index = 20)]
    WaysToBePaid,
    /// Transport documents.
    #[codec(index = 21)]
    TransportDocuments,
    /// Documents of attestors that a party would issue to itself.
    #[codec(index = 22)]
    AttestorIsParty,
    /// Sum of the milestones, in raw units.
    #[codec(index = 23)]
    MilestoneSum,
    /// Amount of a milestone, in raw units.
    #[codec(index = 24)]
    MilestoneAmount,
    /// Documents of a milestone that are required, as bits.
    #[codec(index = 25)]
    MilestoneDocuments,
    /// Partial drawings, 1 where allowed: milestones need them, a title excludes them.
    #[codec(index = 26)]
    PartialDrawings,
    /// Conditions, which milestones and a title exclude.
    #[codec(index = 27)]
    Conditions,
    /// Members of the panel; the number is odd.
    #[codec(index = 28)]
    Panel,
    /// Offers of a side.
    #[codec(index = 29)]
    Offers,
    /// Time for offers, in seconds.
    #[codec(index = 30)]
    OfferWindow,
    /// Time for the panel, in seconds.
    #[codec(index = 31)]
    PanelWindow,
    /// Time to appeal, in seconds.
    #[codec(index = 32)]
    AppealWindow,
    /// Time for the appeal panel, in seconds.
    #[codec(index = 33)]
    AppealPanelWindow,
    /// Time for the fallback, in seconds.
    #[codec(index = 34)]
    FallbackWindow,
    /// Bond of a dispute, in raw units.
    #[codec(index = 35)]
    Bond,
    /// Fee of the panel, in raw units.
    #[codec(index = 36)]
    ArbitrationFee,
    /// Bond of an appeal, in raw units.
    #[codec(index = 37)]
    AppealBond,
    /// Fee of the appeal panel, in raw units.
    #[codec(index = 38)]
    AppealFee,
    /// The applicant.
    #[codec(index = 39)]
    Applicant,
    /// The beneficiary.
    #[codec(index = 40)]
    Beneficiary,
    /// The confirmer.
    #[codec(index = 41)]
    Confirmer,
    /// The asset.
    #[codec(index = 42)]
    Asset,
    /// The title.
    #[codec(index = 43)]
    Title,
    /// Documents that the applicant would issue: it could keep them back, and the money with them.
    #[codec(index = 44)]
    IssuerIsApplicant,
    /// Documents whose issuer is nobody.
    #[codec(index = 45)]
    Issuer,
    /// Whether the last day of presentation is a working day, 1 where it is.
    #[codec(index = 46)]
    ExpiryWorkingDay,
    /// What the applicant puts up for the fees of disputes that it loses, in raw units.
    #[codec(index = 47)]
    Reserve,
}

/// A term out of its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum TermsError {
    /// It is below the least or above the most that it may be.
    #[codec(index = 0)]
    OutOfBounds {
        /// Which.
        term: Term,
        /// Given, in the term's own unit.
        actual: u128,
        /// At least.
        minimum: u128,
        /// At most.
        maximum: u128,
    },
    /// It cannot be amended.
    #[codec(index = 1)]
    Fixed {
        /// Which.
        term: Term,
    },
}

error_codes!(TermsError {
    OutOfBounds = 0, "a term is out of its bounds";
    Fixed = 1, "this term cannot be amended";
});

/// Checks one bound. Errors: [`TermsError::OutOfBounds`].
pub(crate) fn check(term: Term, actual: u128, minimum: u128, maximum: u128) -> Result<(), TermsError> {
    if actual < minimum || actual > maximum {
        return Err(TermsError::OutOfBounds { term, actual, minimum, maximum });
    }
    Ok(())
}

fn check_span(term: Term, span: Seconds, least_days: u64, most_days: u64) -> Result<(), TermsError> {
    check(term, u128::from(span.raw()), u128::from(least_days * DAY), u128::from(most_days * DAY))
}

fn check_moment(term: Term, moment: Timestamp, minimum: Timestamp, maximum: Timestamp) -> Result<(), TermsError> {
    check(term, u128::from(moment.raw()), u128::from(minimum.raw()), u128::from(maximum.raw()))
}

fn check_share(term: Term, share: Bps, minimum: u32, maximum: Bps) -> Result<(), TermsError> {
    check(term, u128::from(share.raw()), u128::from(minimum), u128::from(maximum.raw()))
}

/// A number of days from a moment on.
fn days_after(moment: Timestamp, days: u64) -> Timestamp {
    moment.after(Seconds::from_raw(days * DAY))
}

impl Agreement {
    /// Checks every bound, at the moment of signing or of an amendment.
    ///
    /// # Errors
    /// [`EscrowError::Terms`], [`EscrowError::Condition`]: the first that is broken.
    pub fn validate(&self, now: Timestamp) -> Result<(), EscrowError> {
        self.terms.validate(now)?;
        self.calendar.validate()?;
        self.dispute.validate(&self.terms)?;
        self.checklist.validate(&self.terms)?;
        self.validate_names()?;
        let by_condition = !self.conditions.is_empty();
        if by_condition {
            self.conditions.validate(&self.checklist)?;
            let excluded = self.checklist.has_milestones() || self.terms.title.is_some();
            check(Term::Conditions, u128::from(excluded), 0, 0)?;
        }
        if self.checklist.mask() != 0 {
            // Article 29 of UCP 600 puts an expiry off to the next working day; here the parties name that day.
            let last = Timestamp::from_raw(self.terms.expiry.raw().saturating_sub(1));
            let works = self.calendar.is_working_day(self.calendar.day_of(last));
            check(Term::ExpiryWorkingDay, u128::from(works), 1, 1)?;
        }
        let ways = u128::from(self.checklist.mask() != 0) + u128::from(by_condition);
        check(Term::WaysToBePaid, ways, 1, 2)?;
        Ok(())
    }

    /// Parties, confirmer and arbitrators are strangers to each other, and none of them is nobody.
    fn validate_names(&self) -> Result<(), TermsError> {
        let Terms { applicant, beneficiary, confirmer, .. } = self.terms;
        let DisputeTerms { arbitration, fallback, .. } = self.dispute;
        let names = [Some(applicant), Some(beneficiary), Some(arbitration), Some(fallback), confirmer];
        let mut wrong = 0u128;
        for (place, name) in names.iter().flatten().enumerate() {
            let again = names.iter().flatten().skip(place + 1).any(|other| other == name);
            if again || *name == NOBODY {
                wrong += 1;
            }
        }
        check(Term::Names, wrong, 0, 0)
    }
}

impl Terms {
    fn validate(&self, now: Timestamp) -> Result<(), TermsError> {
        check(Term::Amount, self.amount.raw(), 1, MAXIMUM_AMOUNT)?;
        check_share(Term::ToleranceMore, self.tolerance.more, 0, MAXIMUM_TOLERANCE)?;
        check_share(Term::ToleranceLess, self.tolerance.less, 0, MAXIMUM_TOLERANCE)?;
        check(Term::Decimals, u128::from(self.asset.decimals), 0, u128::from(MAXIMUM_DECIMALS))?;
        check_moment(Term::Expiry, self.expiry, now.after(Seconds::from_raw(1)), days_after(now, 3 * 365))?;
        check_moment(Term::LatestShipment, self.latest_shipment, Timestamp::ZERO, self.expiry)?;
        check_span(Term::PresentationPeriod, self.presentation_period, 1, 365)?;
        let days = u64::from(self.examination.working_days);
        check(Term::WorkingDays, u128::from(days), 1, 10)?;
        // Twice the working days, so that weekends do not eat the window.
        check_span(Term::ExaminationLimit, self.examination.limit, 2 * days, calendar::MAXIMUM_WINDOW_DAYS)?;
        check_span(Term::Response, self.response, 1, 60)?;
        if let Payment::Usance { tenor, sight_share } = self.payment {
            check_span(Term::Tenor, tenor, 1, 2 * 365)?;
            check_share(Term::SightShare, sight_share, 0, Bps::from_raw(BPS_ONE - 1))?;
        }
        if let Some(retention) = self.retention {
            check_share(Term::RetentionShare, retention.share, 1, MAXIMUM_RETENTION)?;
            check_moment(Term::RetentionUntil, retention.until, self.expiry, days_after(self.expiry, 5 * 365))?;
        }
        check_share(Term::DefaultSplit, self.default_split, 0, Bps::ONE)?;
        check_share(Term::MaximumFee, self.maximum_fee, 0, MAXIMUM_FEE)?;
        check(Term::Tip, self.tip.raw(), 0, self.amount.raw() / 100)?;
        if self.title.is_some() {
            // One title, one delivery: it cannot go over in parts.
            check(Term::PartialDrawings, u128::from(self.partial_drawings), 0, 0)?;
        }
        Ok(())
    }
}

impl Checklist {
    fn validate(&self, terms: &Terms) -> Result<(), TermsError> {
        let kinds = |kind: DocumentKind| self.documents.iter().flatten().filter(move |one| one.kind == kind).count();
        // A title is known by the transport document.
        let least = u128::from(terms.title.is_some());
        check(Term::TransportDocuments, kinds(DocumentKind::Transport) as u128, least, 1)?;
        check(Term::Title, u128::from(terms.title == Some(NOBODY)), 0, 0)?;
        // Who attests something for a party is not that party.
        let own = self.attestors().filter(|issuer| terms.party(issuer).is_some()).count();
        check(Term::AttestorIsParty, own as u128, 0, 0)?;
        let issuers = || self.documents.iter().flatten().map(|one| one.issuer);
        let issued_by = |account: Address| issuers().filter(|issuer| *issuer == account).count();
        check(Term::IssuerIsApplicant, issued_by(terms.applicant) as u128, 0, 0)?;
        check(Term::Issuer, issued_by(NOBODY) as u128, 0, 0)?;
        if !self.has_milestones() {
            return Ok(());
        }
        check(Term::PartialDrawings, u128::from(terms.partial_drawings), 1, 1)?;
        check_share(Term::ToleranceMore, terms.tolerance.more, 0, Bps::ZERO)?;
        check_share(Term::ToleranceLess, terms.tolerance.less, 0, Bps::ZERO)?;
        let mask = self.mask();
        for milestone in self.milestones.iter().flatten() {
            check(Term::MilestoneAmount, milestone.amount.raw(), 1, terms.amount.raw())?;
            let known = milestone.documents & mask;
            let (least, documents) = (u128::from(known.max(1)), u128::from(milestone.documents));
            check(Term::MilestoneDocuments, documents, least, u128::from(known))?;
        }
        // Eight milestones of at most the amount each: the sum cannot overflow.
        let sum = self.unpaid(0).unwrap_or(Amount::MAX);
        check(Term::MilestoneSum, sum.raw(), terms.amount.raw(), terms.amount.raw())
    }
}

impl DisputeTerms {
    fn validate(&self, terms: &Terms) -> Result<(), TermsError> {
        let panel = u128::from(self.panel);
        let odd = if panel % 2 == 1 { panel } else { panel + 1 };
        check(Term::Panel, panel, odd.max(1), MAXIMUM_PANEL as u128)?;
        check(Term::Offers, u128::from(self.offers), 0, u128::from(MAXIMUM_OFFERS))?;
        check_span(Term::OfferWindow, self.offer_window, 1, 30)?;
        check_span(Term::PanelWindow, self.panel_window, 1, 60)?;
        check_span(Term::AppealWindow, self.appeal_window, 1, 30)?;
        check_span(Term::AppealPanelWindow, self.appeal_panel_window, 1, 90)?;
        check_span(Term::FallbackWindow, self.fallback_window, 1, 60)?;
        // The amount is within its bounds by now, so neither of these overflows.
        let limit = terms.limit().unwrap_or(Amount::MAX).raw();
        let least = share_up(terms.amount, MINIMUM_BOND).unwrap_or(Amount::MAX).raw();
        check(Term::Bond, self.bond.raw(), least, limit)?;
        check(Term::ArbitrationFee, self.fee.raw(), 0, self.bond.raw())?;
        check(Term::AppealBond, self.appeal_bond.raw(), least, limit)?;
        check(Term::AppealFee, self.appeal_fee.raw(), 0, self.appeal_bond.raw())?;
        check(Term::Reserve, self.reserve.raw(), 0, limit)
    }
}

/// What an amendment cannot touch: who the parties are, what is paid, and which title goes over.
///
/// # Errors
/// [`TermsError::Fixed`].
pub(crate) fn check_fixed(old: &Terms, new: &Terms) -> Result<(), TermsError> {
    let fixed = [
        (Term::Applicant, old.applicant == new.applicant),
        (Term::Beneficiary, old.beneficiary == new.beneficiary),
        (Term::Confirmer, old.confirmer == new.confirmer),
        (Term::Asset, old.asset == new.asset),
        (Term::Title, old.title == new.title),
    ];
    for (term, same) in fixed {
        if !same {
            return Err(TermsError::Fixed { term });
        }
    }
    Ok(())
}
