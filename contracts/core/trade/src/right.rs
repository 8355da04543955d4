//! The two rights that a credit gives rise to, each of which goes its own way: the title to the goods and the
//! receivable.
//!
//! A **title** always has an owner and a holder, as a bill of lading does. The owner names who may become owner, the
//! holder hands over; whoever has received it may give it back until it acts. Owner and holder in one person surrender
//! it to the issuer. While an escrow has it in custody nobody can move it.
//!
//! A **receivable** is the right to the beneficiary's proceeds. It can be assigned in whole or in parts, and a part can
//! be passed on. Who has a part gets its share of each payout and has no say in the credit.

use crate::fee::share_down;
use crate::{Address, EscrowId, Hash};
use florin_units::{error_codes, Amount, Bps, MathError};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most parts in which a receivable is assigned at a time.
pub const MAXIMUM_SHARES: usize = 6;

/// Why a right does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum RightError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// Only the owner may do this.
    #[codec(index = 1)]
    NotOwner {
        /// The owner.
        owner: Address,
        /// Who called.
        caller: Address,
    },
    /// Only the holder may do this.
    #[codec(index = 2)]
    NotHolder {
        /// The holder.
        holder: Address,
        /// Who called.
        caller: Address,
    },
    /// Only the issuer may do this.
    #[codec(index = 3)]
    NotIssuer {
        /// The issuer.
        issuer: Address,
        /// Who called.
        caller: Address,
    },
    /// The owner has not named this account.
    #[codec(index = 4)]
    NotNominated {
        /// Whom the owner has named.
        nominee: Option<Address>,
        /// Who should become owner.
        to: Address,
    },
    /// The title is not where it would have to be.
    #[codec(index = 5)]
    WrongStanding {
        /// Where it would have to be.
        expected: Standing,
        /// Where it is.
        actual: Standing,
    },
    /// There is nobody to give it back to: whoever received it has acted, or nobody had it before.
    #[codec(index = 6)]
    NothingToReject,
    /// Owner and holder in one person give back both or none.
    #[codec(index = 7)]
    RejectBoth,
    /// Nobody is behind this address, or it has the right already.
    #[codec(index = 8)]
    WrongRecipient {
        /// The address.
        to: Address,
    },
    /// The beneficiary has not so much left to assign.
    #[codec(index = 9)]
    AboveUnassigned {
        /// Asked for.
        part: Bps,
        /// Left.
        unassigned: Bps,
    },
    /// Nothing was to be assigned.
    #[codec(index = 10)]
    NoPart,
    /// The receivable is assigned in as many parts as it can be.
    #[codec(index = 11)]
    TooManyShares {
        /// At most.
        maximum: u8,
    },
    /// There is no such part.
    #[codec(index = 12)]
    UnknownShare {
        /// Its place.
        place: u8,
    },
    /// Only the custodian that owner and holder have named may do this.
    #[codec(index = 13)]
    NotCustodian {
        /// Who that is.
        custodian: Option<Address>,
        /// Who called.
        caller: Address,
    },
    /// The issuer has issued a title to this document.
    #[codec(index = 14)]
    TitleExists {
        /// Hash of the document.
        document: Hash,
    },
    /// The issuer has issued no title to this document.
    #[codec(index = 15)]
    UnknownTitle {
        /// Hash of the document.
        document: Hash,
    },
}

error_codes!(RightError {
    Math = 0, "arithmetic error";
    NotOwner = 1, "only the owner of the title may do this";
    NotHolder = 2, "only the holder may do this";
    NotIssuer = 3, "only the issuer of the title may do this";
    NotNominated = 4, "the owner has not named this account";
    WrongStanding = 5, "the title is not where it would have to be";
    NothingToReject = 6, "there is nobody to give the title back to";
    RejectBoth = 7, "owner and holder in one person give back both or none";
    WrongRecipient = 8, "nobody is behind this address, or it has the right already";
    AboveUnassigned = 9, "the beneficiary has not so much left to assign";
    NoPart = 10, "nothing was to be assigned";
    TooManyShares = 11, "the receivable is assigned in as many parts as it can be";
    UnknownShare = 12, "there is no such part of the receivable";
    NotCustodian = 13, "only the custodian of the title may do this";
    TitleExists = 14, "the issuer has issued a title to this document";
    UnknownTitle = 15, "the issuer has issued no title to this document";
});

impl From<MathError> for RightError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// Where a title stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Standing {
    /// With its owner and holder.
    #[codec(index = 0)]
    Active,
    /// An escrow has it until it pays or refuses.
    #[codec(index = 1)]
    InCustody {
        /// The contract in which the escrow is.
        custodian: Address,
        /// Which escrow of it.
        escrow: EscrowId,
    },
    /// Given back to the issuer, who can still restore it.
    #[codec(index = 2)]
    Surrendered,
    /// Taken back by the issuer for good.
    #[codec(index = 3)]
    Retired,
}

/// Which title. Two issuers may issue titles to documents with equal hashes, so nobody can take a carrier's number away
/// by issuing a title first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct TitleKey {
    /// Who issued it.
    pub issuer: Address,
    /// Hash of the document.
    pub document: Hash,
}

/// The title to goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Title {
    /// Hash of the document.
    pub document: Hash,
    /// Who issued it and hands out the goods.
    pub issuer: Address,
    /// Whose goods they are.
    pub owner: Address,
    /// Who can hand the title over.
    pub holder: Address,
    /// Whom the owner has named.
    pub nominee: Option<Address>,
    /// The contract that may take it into custody.
    pub custodian: Option<Address>,
    /// The owner before, until the owner acts.
    pub previous_owner: Option<Address>,
    /// The holder before, until the holder acts.
    pub previous_holder: Option<Address>,
    /// Where it stands.
    pub standing: Standing,
}

/// What can be done with a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum TitleCommand {
    /// The owner names who may become owner, or nobody.
    #[codec(index = 0)]
    Nominate {
        /// Who.
        nominee: Option<Address>,
    },
    /// The holder makes the nominee owner, or anybody where owner and holder are one.
    #[codec(index = 1)]
    Endorse {
        /// Who.
        to: Address,
    },
    /// The holder hands over.
    #[codec(index = 2)]
    HandOver {
        /// To whom.
        to: Address,
    },
    /// The holder endorses and hands over at once.
    #[codec(index = 3)]
    EndorseAndHandOver {
        /// Who becomes owner.
        owner: Address,
        /// Who becomes holder.
        holder: Address,
    },
    /// The owner gives back what it was endorsed.
    #[codec(index = 4)]
    RejectOwnership,
    /// The holder gives back what it was handed.
    #[codec(index = 5)]
    RejectHolding,
    /// Owner and holder in one person give back both.
    #[codec(index = 6)]
    RejectBoth,
    /// Owner and holder in one person give the title to the issuer, for the goods.
    #[codec(index = 7)]
    Surrender,
    /// The issuer has handed out the goods.
    #[codec(index = 8)]
    Retire,
    /// The issuer gives a surrendered title back.
    #[codec(index = 9)]
    Restore,
    /// Owner and holder in one person name the contract that may take the title into custody for one of their escrows,
    /// or none.
    #[codec(index = 10)]
    Entrust {
        /// Which contract.
        custodian: Option<Address>,
    },
}

fn check_recipient(to: Address, present: Address) -> Result<(), RightError> {
    if to == [0; 20] || to == present {
        return Err(RightError::WrongRecipient { to });
    }
    Ok(())
}

impl Title {
    /// A new title in one hand.
    ///
    /// # Errors
    /// [`RightError::WrongRecipient`] where nobody would own it.
    pub fn issue(document: Hash, issuer: Address, owner: Address) -> Result<Self, RightError> {
        check_recipient(owner, issuer)?;
        Ok(Self {
            document,
            issuer,
            owner,
            holder: owner,
            nominee: None,
            custodian: None,
            previous_owner: None,
            previous_holder: None,
            standing: Standing::Active,
        })
    }

    /// Decides about a title: what it is like afterwards.
    ///
    /// # Errors
    /// [`RightError`].
    pub fn decide(&self, command: &TitleCommand, caller: &Address) -> Result<Self, RightError> {
        self.check_standing(match command {
            TitleCommand::Retire | TitleCommand::Restore => Standing::Surrendered,
            _ => Standing::Active,
        })?;
        match *command {
            TitleCommand::Nominate { nominee } => self.nominate(nominee, caller),
            TitleCommand::Endorse { to } => self.endorse(to, caller),
            TitleCommand::HandOver { to } => self.hand_over(to, caller),
            TitleCommand::EndorseAndHandOver { owner, holder } => {
                let endorsed = self.endorse(owner, caller)?;
                let handed = endorsed.hand_over(holder, caller)?;
                // Handing over is the same act as endorsing: the new owner has not acted yet.
                Ok(Self { previous_owner: endorsed.previous_owner, ..handed })
            }
            TitleCommand::RejectOwnership => {
                self.check_owner(caller)?;
                if self.owner == self.holder && self.previous_holder.is_some() {
                    return Err(RightError::RejectBoth);
                }
                let owner = self.previous_owner.ok_or(RightError::NothingToReject)?;
                Ok(Self { owner, previous_owner: None, nominee: None, custodian: None, ..*self })
            }
            TitleCommand::RejectHolding => {
                self.check_holder(caller)?;
                if self.owner == self.holder && self.previous_owner.is_some() {
                    return Err(RightError::RejectBoth);
                }
                let holder = self.previous_holder.ok_or(RightError::NothingToReject)?;
                Ok(Self { holder, previous_holder: None, custodian: None, ..*self })
            }
            TitleCommand::RejectBoth => {
                self.check_owner(caller)?;
                self.check_holder(caller)?;
                let owner = self.previous_owner.ok_or(RightError::NothingToReject)?;
                let holder = self.previous_holder.ok_or(RightError::NothingToReject)?;
                Ok(Self { owner, holder, ..self.settled() })
            }
            TitleCommand::Surrender => {
                self.check_owner(caller)?;
                self.check_holder(caller)?;
                Ok(Self { standing: Standing::Surrendered, ..self.settled() })
            }
            TitleCommand::Retire => {
                self.check_issuer(caller)?;
                Ok(Self { standing: Standing::Retired, ..*self })
            }
            TitleCommand::Restore => {
                self.check_issuer(caller)?;
                Ok(Self { standing: Standing::Active, ..*self })
            }
            TitleCommand::Entrust { custodian } => {
                self.check_owner(caller)?;
                self.check_holder(caller)?;
                if let Some(to) = custodian {
                    check_recipient(to, self.owner)?;
                }
                // To entrust is to act: what was received is accepted.
                Ok(Self { custodian, previous_owner: None, previous_holder: None, ..*self })
            }
        }
    }

    fn nominate(&self, nominee: Option<Address>, caller: &Address) -> Result<Self, RightError> {
        self.check_owner(caller)?;
        if let Some(to) = nominee {
            check_recipient(to, self.owner)?;
        }
        Ok(Self { nominee, previous_owner: None, ..*self })
    }

    fn endorse(&self, to: Address, caller: &Address) -> Result<Self, RightError> {
        self.check_holder(caller)?;
        check_recipient(to, self.owner)?;
        if self.owner != self.holder && self.nominee != Some(to) {
            return Err(RightError::NotNominated { nominee: self.nominee, to });
        }
        // The holder has acted, and cannot give back any more what it was handed.
        let previous_owner = Some(self.owner);
        Ok(Self { owner: to, previous_owner, nominee: None, custodian: None, previous_holder: None, ..*self })
    }

    fn hand_over(&self, to: Address, caller: &Address) -> Result<Self, RightError> {
        self.check_holder(caller)?;
        check_recipient(to, self.holder)?;
        // Where the holder is the owner too, it has acted in both roles.
        let previous_owner = if self.owner == self.holder { None } else { self.previous_owner };
        Ok(Self { holder: to, previous_holder: Some(self.holder), previous_owner, custodian: None, ..*self })
    }

    fn check_standing(&self, expected: Standing) -> Result<(), RightError> {
        if self.standing == expected {
            Ok(())
        } else {
            Err(RightError::WrongStanding { expected, actual: self.standing })
        }
    }

    fn check_owner(&self, caller: &Address) -> Result<(), RightError> {
        if self.owner == *caller {
            Ok(())
        } else {
            Err(RightError::NotOwner { owner: self.owner, caller: *caller })
        }
    }

    fn check_holder(&self, caller: &Address) -> Result<(), RightError> {
        if self.holder == *caller {
            Ok(())
        } else {
            Err(RightError::NotHolder { holder: self.holder, caller: *caller })
        }
    }

    fn check_issuer(&self, caller: &Address) -> Result<(), RightError> {
        if self.issuer == *caller {
            Ok(())
        } else {
            Err(RightError::NotIssuer { issuer: self.issuer, caller: *caller })
        }
    }

    /// Nothing pending: no nominee, no custodian, nobody to give back to.
    fn settled(&self) -> Self {
        Self { nominee: None, custodian: None, previous_owner: None, previous_holder: None, ..*self }
    }

    /// The contract that was entrusted with the title takes it into custody, for one of its escrows, from an account
    /// that owns and holds it.
    ///
    /// # Errors
    /// [`RightError::WrongStanding`], [`RightError::NotOwner`], [`RightError::NotHolder`],
    /// [`RightError::NotCustodian`].
    pub fn take(&self, escrow: EscrowId, from: &Address, caller: &Address) -> Result<Self, RightError> {
        self.check_standing(Standing::Active)?;
        self.check_owner(from)?;
        self.check_holder(from)?;
        if self.custodian != Some(*caller) {
            return Err(RightError::NotCustodian { custodian: self.custodian, caller: *caller });
        }
        Ok(Self { standing: Standing::InCustody { custodian: *caller, escrow }, ..self.settled() })
    }

    /// The contract that has it in custody for an escrow gives it into one hand.
    ///
    /// # Errors
    /// [`RightError::WrongStanding`], [`RightError::WrongRecipient`].
    pub fn deliver(&self, escrow: EscrowId, to: Address, caller: &Address) -> Result<Self, RightError> {
        self.check_standing(Standing::InCustody { custodian: *caller, escrow })?;
        check_recipient(to, [0; 20])?;
        Ok(Self { owner: to, holder: to, standing: Standing::Active, ..self.settled() })
    }
}

/// A part of a receivable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Share {
    /// Who gets it.
    pub holder: Address,
    /// How much of each payout; never nothing.
    pub part: Bps,
}

/// A payout as it is divided among those who have a part of a receivable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Divided {
    /// What each part gets.
    pub parts: [Option<(Address, Amount)>; MAXIMUM_SHARES],
    /// What the beneficiary gets.
    pub rest: Amount,
}

/// Who gets the beneficiary's proceeds. What is not assigned is the beneficiary's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Receivable {
    /// The parts.
    pub shares: [Option<Share>; MAXIMUM_SHARES],
}

impl Receivable {
    /// What the beneficiary has not assigned. Errors: [`MathError`], for parts that exceed the whole.
    pub fn unassigned(&self) -> Result<Bps, MathError> {
        self.shares.iter().flatten().try_fold(Bps::ONE, |left, share| left.checked_sub(share.part))
    }

    /// Whether an account gets proceeds: the beneficiary, or whoever has a part.
    pub fn is_payee(&self, beneficiary: &Address, account: &Address) -> bool {
        account == beneficiary || self.shares.iter().flatten().any(|share| share.holder == *account)
    }

    /// What each part gets of a payout, rounded down, in favour of the beneficiary, who gets the rest.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn divide_down(&self, payout: Amount) -> Result<Divided, MathError> {
        let mut divided = Divided { rest: payout, ..Divided::default() };
        for (slot, share) in divided.parts.iter_mut().zip(self.shares.iter()) {
            if let Some(share) = share {
                let part = share_down(payout, share.part)?;
                divided.rest = divided.rest.checked_sub(part)?;
                *slot = Some((share.holder, part));
            }
        }
        Ok(divided)
    }

    /// The beneficiary assigns a part of what it has left.
    ///
    /// # Errors
    /// [`RightError::NotOwner`], [`RightError::NoPart`], [`RightError::AboveUnassigned`],
    /// [`RightError::WrongRecipient`], [`RightError::TooManyShares`].
    pub fn assign(&self, beneficiary: &Address, to: Address, part: Bps, caller: &Address) -> Result<Self, RightError> {
        if caller != beneficiary {
            return Err(RightError::NotOwner { owner: *beneficiary, caller: *caller });
        }
        check_recipient(to, *beneficiary)?;
        let unassigned = self.unassigned()?;
        if part > unassigned {
            return Err(RightError::AboveUnassigned { part, unassigned });
        }
        self.with(to, part)
    }

    /// Whoever has a part passes it on as a whole. Only the beneficiary divides: a holder who could divide would take,
    /// by many small parts, the room in which the beneficiary assigns.
    ///
    /// # Errors
    /// [`RightError::UnknownShare`], [`RightError::NotHolder`], [`RightError::WrongRecipient`].
    pub fn pass_on(&self, place: u8, to: Address, caller: &Address) -> Result<Self, RightError> {
        let mut next = *self;
        let unknown = RightError::UnknownShare { place };
        let slot = next.shares.get_mut(usize::from(place)).ok_or(unknown)?;
        let share = slot.ok_or(unknown)?;
        if share.holder != *caller {
            return Err(RightError::NotHolder { holder: share.holder, caller: *caller });
        }
        check_recipient(to, share.holder)?;
        *slot = None;
        next.with(to, share.part)
    }

    /// Adds a part; one account has one.
    fn with(&self, to: Address, part: Bps) -> Result<Self, RightError> {
        if part.is_zero() {
            return Err(RightError::NoPart);
        }
        let mut next = *self;
        if let Some(share) = next.shares.iter_mut().flatten().find(|share| share.holder == to) {
            share.part = share.part.checked_add(part)?;
            return Ok(next);
        }
        let maximum = MAXIMUM_SHARES as u8;
        let free = next.shares.iter_mut().find(|slot| slot.is_none());
        *free.ok_or(RightError::TooManyShares { maximum })? = Some(Share { holder: to, part });
        Ok(next)
    }
}
