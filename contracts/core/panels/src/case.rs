//! The life of a case: called, drawn, committed, revealed, reported. What is stored is the last act; where a case
//! stands follows from that and the moment, and one table says which message is legal there.

use crate::award::{Seat, Seats, MAXIMUM_APPEAL_PANEL};
use crate::draw::Panel;
use crate::error::ArbitrationError;
use crate::hearing::Hearing;
use crate::{word, Address, Hash, Moment};
use florin_units::{Amount, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// How many blocks after the call the block comes whose hash decides.
pub const DRAW_DELAY: u32 = 3;
/// For how many blocks after that one the panel can be drawn. The chain remembers 256.
pub const DRAW_BLOCKS: u32 = 200;
/// How often a panel can be called for one hearing.
pub const MAXIMUM_CALLS: u8 = 3;
/// What a member commits to.
const AWARD: &[u8] =
    b"Award(address contract,address court,uint256 number,bool isAppeal,address member,uint256 award,bytes32 salt)";

/// Which case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct CaseId {
    /// The contract in which the dispute is.
    pub court: Address,
    /// Its number there.
    pub number: u64,
    /// Whether it is the appeal.
    pub is_appeal: bool,
}

impl CaseId {
    pub(crate) fn words(&self) -> [Hash; 3] {
        let is_appeal = word::number(u128::from(self.is_appeal));
        [word::address(&self.court), word::number(u128::from(self.number)), is_appeal]
    }
}

/// What a member commits to before it reveals its award. It names the arbitration contract, the case and the member, so
/// that nobody can reveal what it has copied from another member, from another case or from another contract. The salt
/// must be 32 random bytes: without it anybody could try all awards. `keccak` is Keccak-256.
pub fn commitment(
    contract: &Address,
    case: &CaseId,
    member: &Address,
    award: Amount,
    salt: &Hash,
    keccak: impl Fn(&[u8]) -> Hash,
) -> Hash {
    let [court, number, is_appeal] = case.words();
    let (contract, member, award) = (word::address(contract), word::address(member), word::number(award.raw()));
    word::hash(&[keccak(AWARD), contract, court, number, is_appeal, member, award, *salt], &keccak)
}

/// What a member has given its word for, and what it has revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct SeatRecord {
    /// See [`commitment`].
    pub commitment: Hash,
    /// What it awards, in raw units of the hearing's asset.
    pub award: Option<Amount>,
}

/// The last thing that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Stage {
    /// A panel was called.
    #[codec(index = 0)]
    Called {
        /// The block whose hash decides.
        draw_block: u32,
        /// When it was called.
        called_at: Timestamp,
    },
    /// A panel was drawn.
    #[codec(index = 1)]
    Sitting {
        /// First moment at which nobody commits any more.
        commit_until: Timestamp,
        /// First moment at which nobody reveals any more.
        reveal_until: Timestamp,
    },
    /// The court has taken what was revealed.
    #[codec(index = 2)]
    Reported,
    /// The court has not, and its window is over.
    #[codec(index = 3)]
    Closed,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Status {
    /// The block whose hash decides is to come.
    #[codec(index = 0)]
    Called,
    /// The panel can be drawn.
    #[codec(index = 1)]
    Drawable,
    /// Nobody has drawn it in time; it can be called again.
    #[codec(index = 2)]
    Lapsed,
    /// Members commit.
    #[codec(index = 3)]
    Committing,
    /// Members reveal.
    #[codec(index = 4)]
    Revealing,
    /// The court can be told.
    #[codec(index = 5)]
    Reportable,
    /// The court's window is over, and it was told nothing.
    #[codec(index = 6)]
    Overdue,
    /// The court was told.
    #[codec(index = 7)]
    Reported,
    /// It was not, and nothing is locked any more.
    #[codec(index = 8)]
    Closed,
}

/// A message about a case, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Message {
    /// Anybody calls a panel.
    #[codec(index = 0)]
    Call,
    /// Anybody has it drawn.
    #[codec(index = 1)]
    Draw,
    /// A member commits.
    #[codec(index = 2)]
    Commit,
    /// A member reveals.
    #[codec(index = 3)]
    Reveal,
    /// Anybody has the court told.
    #[codec(index = 4)]
    Report,
    /// Anybody ends what the court was not told.
    #[codec(index = 5)]
    Close,
    /// Anybody has the court pay the fee.
    #[codec(index = 6)]
    Collect,
}

impl Message {
    /// Whether it is legal in a status.
    pub const fn is_legal_in(self, status: Status) -> bool {
        matches!(
            (self, status),
            (Self::Call, Status::Lapsed | Status::Closed)
                | (Self::Draw, Status::Drawable)
                | (Self::Commit, Status::Committing)
                | (Self::Reveal, Status::Revealing)
                | (Self::Report, Status::Reportable)
                | (Self::Close, Status::Overdue)
                | (Self::Collect, Status::Reported | Status::Closed)
        )
    }
}

/// A case as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Case {
    /// What the court said when the panel was called.
    pub hearing: Hearing,
    /// The last thing that was done.
    pub stage: Stage,
    /// A bit for each place that has committed.
    pub committed: u16,
    /// A bit for each place that has revealed.
    pub revealed: u16,
    /// What was collected of the hearing's fee, in raw units of its asset.
    pub collected: Amount,
    /// How often a panel was called for this hearing.
    pub calls: u8,
}

impl Case {
    /// A panel is called, for the first time or again where the panel of a former call was not drawn in time or has
    /// come to nothing; and where the court hears another dispute under the same number, once the fee of the former one
    /// was collected, so that it goes to those who have earned it.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`], [`ArbitrationError::WrongSeats`], [`ArbitrationError::NotYetHeard`],
    /// [`ArbitrationError::TooLittleTime`], [`ArbitrationError::TooMuchTime`], [`ArbitrationError::TooManyCalls`].
    pub fn call(former: Option<&Self>, hearing: Hearing, now: Moment) -> Result<Self, ArbitrationError> {
        if let Some(former) = former.filter(|former| !former.is_followed_by(&hearing)) {
            former.check(Message::Call, now)?;
        }
        hearing.check(now.time)?;
        // Each call keeps the staked pool still for a while.
        let earlier = former.filter(|former| former.hearing == hearing).map_or(0, |former| former.calls);
        if earlier >= MAXIMUM_CALLS {
            return Err(ArbitrationError::TooManyCalls { maximum: MAXIMUM_CALLS });
        }
        // They are spread over the window: who gains by silence could else use them up at once.
        let parts = u64::from(MAXIMUM_CALLS);
        let waited = hearing.until.since(hearing.from).raw() / parts * u64::from(earlier);
        let from = hearing.from.after(Seconds::from_raw(waited));
        if now.time < from {
            return Err(ArbitrationError::NotYetHeard { from, now: now.time });
        }
        let calls = earlier.saturating_add(1);
        let stage = Stage::Called { draw_block: now.block.saturating_add(DRAW_DELAY), called_at: now.time };
        Ok(Self { hearing, stage, committed: 0, revealed: 0, collected: Amount::ZERO, calls })
    }

    /// Whether the court hears another dispute after the one of this case, with which nothing is left to be done. (The
    /// fees of both panels are collected with the first one's.)
    fn is_followed_by(&self, hearing: &Hearing) -> bool {
        let is_paid = self.hearing.is_appeal || self.hearing.fee.is_zero() || !self.collected.is_zero();
        self.stage == Stage::Reported && *hearing != self.hearing && is_paid
    }

    /// Where the case stands at a moment. A border of time belongs to the later status.
    pub fn status(&self, now: Moment) -> Status {
        match self.stage {
            Stage::Reported => Status::Reported,
            Stage::Closed => Status::Closed,
            Stage::Called { .. } | Stage::Sitting { .. } if now.time >= self.hearing.until => Status::Overdue,
            Stage::Called { draw_block, .. } if now.block <= draw_block => Status::Called,
            Stage::Called { draw_block, .. } if now.block <= draw_block.saturating_add(DRAW_BLOCKS) => Status::Drawable,
            Stage::Called { .. } => Status::Lapsed,
            Stage::Sitting { reveal_until, .. } if now.time >= reveal_until || self.is_full(self.revealed) => {
                Status::Reportable
            }
            Stage::Sitting { commit_until, .. } if now.time >= commit_until || self.is_full(self.committed) => {
                Status::Revealing
            }
            Stage::Sitting { .. } => Status::Committing,
        }
    }

    /// Lets a message through, or says why not.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`].
    pub fn check(&self, message: Message, now: Moment) -> Result<(), ArbitrationError> {
        let status = self.status(now);
        if message.is_legal_in(status) {
            Ok(())
        } else {
            Err(ArbitrationError::NotAllowed { message, status })
        }
    }

    /// The panel is drawn. `hearing` is what the court says now. Of the time that is left the first half is for
    /// commitments and the last tenth, rounded down, for the report. Returns the block whose hash decides, and the
    /// case.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`], [`ArbitrationError::OtherHearing`], [`ArbitrationError::TooLittleTime`].
    pub fn draw(&self, hearing: &Hearing, now: Moment) -> Result<(u32, Self), ArbitrationError> {
        let status = self.status(now);
        let (Stage::Called { draw_block, .. }, Status::Drawable) = (self.stage, status) else {
            return Err(ArbitrationError::NotAllowed { message: Message::Draw, status });
        };
        if *hearing != self.hearing {
            return Err(ArbitrationError::OtherHearing);
        }
        let left = hearing.check(now.time)?;
        let to_reveal = left.saturating_sub(Seconds::from_raw(left.raw() / 10));
        let commit_until = now.time.after(Seconds::from_raw(left.raw() / 2));
        let stage = Stage::Sitting { commit_until, reveal_until: now.time.after(to_reveal) };
        Ok((draw_block, Self { stage, ..*self }))
    }

    /// The member at a place commits, once.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`], [`ArbitrationError::AlreadyCommitted`].
    pub fn commit(&self, place: u8, commitment: Hash, now: Moment) -> Result<(Self, SeatRecord), ArbitrationError> {
        self.check(Message::Commit, now)?;
        if is_set(self.committed, place) {
            return Err(ArbitrationError::AlreadyCommitted { place });
        }
        let case = Self { committed: self.committed | bit(place), ..*self };
        Ok((case, SeatRecord { commitment, award: None }))
    }

    /// The member at a place reveals what it has committed to: `record` is what is stored of its seat, `commitment`
    /// what it has revealed comes to, by [`commitment`]. Who has committed to more than the stake can reveal nothing.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`], [`ArbitrationError::NotCommitted`], [`ArbitrationError::AlreadyRevealed`],
    /// [`ArbitrationError::AboveStake`], [`ArbitrationError::OtherCommitment`].
    pub fn reveal(
        &self,
        place: u8,
        record: Option<&SeatRecord>,
        commitment: &Hash,
        award: Amount,
        now: Moment,
    ) -> Result<(Self, SeatRecord), ArbitrationError> {
        self.check(Message::Reveal, now)?;
        // What is stored may be of a former panel.
        let record = record.filter(|_| is_set(self.committed, place));
        let record = record.ok_or(ArbitrationError::NotCommitted { place })?;
        if is_set(self.revealed, place) {
            return Err(ArbitrationError::AlreadyRevealed { place });
        }
        if award > self.hearing.stake {
            return Err(ArbitrationError::AboveStake { award, stake: self.hearing.stake });
        }
        if record.commitment != *commitment {
            return Err(ArbitrationError::OtherCommitment { expected: record.commitment, actual: *commitment });
        }
        let case = Self { revealed: self.revealed | bit(place), ..*self };
        Ok((case, SeatRecord { award: Some(award), ..*record }))
    }

    /// The court is told. `hearing` is what the court says now. Where it refuses, the case stays as it was and can be
    /// reported again.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`], [`ArbitrationError::OtherHearing`].
    pub fn report(&self, hearing: &Hearing, now: Moment) -> Result<Self, ArbitrationError> {
        self.check(Message::Report, now)?;
        // Awards in one dispute are none in another that the court hears under the same number.
        if *hearing != self.hearing {
            return Err(ArbitrationError::OtherHearing);
        }
        Ok(Self { stage: Stage::Reported, ..*self })
    }

    /// The case ends without a report.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`].
    pub fn close(&self, now: Moment) -> Result<Self, ArbitrationError> {
        self.check(Message::Close, now)?;
        Ok(Self { stage: Stage::Closed, ..*self })
    }

    /// What the court is told: the members as they were drawn, and what they have revealed. `record` is what is stored
    /// of the seat at a place.
    pub fn seats(&self, panel: &Panel, mut record: impl FnMut(u8) -> Option<SeatRecord>) -> Seats {
        let mut seats = [None; MAXIMUM_APPEAL_PANEL];
        for (slot, (place, member)) in seats.iter_mut().zip(panel.seated()) {
            let award = if self.has_revealed(place) { record(place).and_then(|record| record.award) } else { None };
            *slot = Some(Seat { member, award });
        }
        seats
    }

    /// Whether the member at a place has revealed.
    pub const fn has_revealed(&self, place: u8) -> bool {
        is_set(self.revealed, place)
    }

    /// The members who have revealed.
    pub fn revealers(&self, panel: &Panel) -> impl Iterator<Item = Address> {
        let revealed = self.revealed;
        panel.seated().filter(move |(place, _)| is_set(revealed, *place)).map(|(_, member)| member)
    }

    /// Whether so many bits are set as there are seats.
    fn is_full(&self, places: u16) -> bool {
        places.count_ones() >= u32::from(self.hearing.seats)
    }
}

/// The bit of a place; none of a place that no panel has.
const fn bit(place: u8) -> u16 {
    match 1u16.checked_shl(place as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

const fn is_set(places: u16, place: u8) -> bool {
    places & bit(place) != 0
}
