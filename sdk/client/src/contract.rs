//! Typed calls of contracts: tried first, sent with a margin, answered with the contract's own types.

use std::sync::Arc;

use florin_bindings::{Constructor, ContractEvent, LangError, Message};
use parity_scale_codec::Decode;
use sha3::{Digest, Keccak256};

use crate::{
    account::AccountId,
    chain::{Action, Address, Chain, ChainEvent, DryRun, ExecReturn, Hash, Limits, Receipt, Wait, Weight},
    error::ChainError,
    signer::Signer,
};

/// Allowance for deposits that a call takes and gives back again before it ends, in planck: the chain bounds the highest sum at
/// any time, the trial tells the last one.
const DEPOSIT_SLACK: u128 = 10_000_000_000;

/// Calls contracts over a chain. Clones share the chain.
pub struct Client<C> {
    chain: Arc<C>,
    wait: Wait,
    weight_margin: u8,
    deposit_margin: u8,
}

impl<C> Clone for Client<C> {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), ..*self }
    }
}

impl<C: Chain> Client<C> {
    /// Waits for finality, allows a quarter more weight and deposit than the trial needed.
    pub fn new(chain: C) -> Self {
        Self::shared(Arc::new(chain))
    }

    /// The same over a chain that others hold too.
    pub fn shared(chain: Arc<C>) -> Self {
        Self { chain, wait: Wait::default(), weight_margin: 25, deposit_margin: 25 }
    }

    /// How far submissions are followed.
    #[must_use]
    pub fn with_wait(self, wait: Wait) -> Self {
        Self { wait, ..self }
    }

    /// How much more weight than the trial needed is allowed for, in per cent.
    #[must_use]
    pub fn with_weight_margin(self, percent: u8) -> Self {
        Self { weight_margin: percent, ..self }
    }

    /// How much more storage deposit than the trial needed is allowed for, in per cent.
    #[must_use]
    pub fn with_deposit_margin(self, percent: u8) -> Self {
        Self { deposit_margin: percent, ..self }
    }

    /// The chain.
    pub fn chain(&self) -> &C {
        &self.chain
    }

    /// Ask a contract, from an account that is nobody.
    ///
    /// # Errors
    /// [`CallError::Refused`] with the contract's own error; [`CallError::Chain`] where the chain could not execute it.
    pub async fn read<T: Decode, E: Decode + core::fmt::Debug>(
        &self,
        contract: Address,
        message: &Message<T, E>,
    ) -> Result<T, CallError<E>> {
        self.read_as(&AccountId::from_address(&Address::zero()), contract, message).await
    }

    /// Ask a contract what it would say to `origin`. Nothing is sent and nothing changes, whatever the message does.
    ///
    /// # Errors
    /// Those of [`Client::read`].
    pub async fn read_as<T: Decode, E: Decode + core::fmt::Debug>(
        &self,
        origin: &AccountId,
        contract: Address,
        message: &Message<T, E>,
    ) -> Result<T, CallError<E>> {
        let data = message.data().to_vec();
        let tried = self.chain.dry_run(origin, &Action::Call { to: contract, value: 0, data }).await?;
        self.answer(contract, message, &tried.output).await
    }

    /// Try a call without sending it: what it would return, and what it would cost. `origin` need not be mapped.
    ///
    /// # Errors
    /// Those of [`Client::read`], and [`ChainError::TooHeavy`] where one transaction cannot hold it.
    pub async fn dry_run<T: Decode, E: Decode + core::fmt::Debug>(
        &self,
        origin: &AccountId,
        contract: Address,
        value: u128,
        message: &Message<T, E>,
    ) -> Result<Preview<T>, CallError<E>> {
        if value > 0 && !message.payable {
            return Err(CallError::NotPayable { message: message.label });
        }
        let tried = self.try_raw(origin, contract, value, message.data().to_vec()).await?;
        let returned = self.answer(contract, message, &tried.value).await?;
        Ok(Preview {
            value: returned,
            weight: tried.weight,
            storage_deposit: tried.storage_deposit,
            limits: tried.limits,
        })
    }

    /// [`Client::dry_run`] of a message that was encoded elsewhere; a revert is in the value.
    ///
    /// # Errors
    /// Those of [`Chain::dry_run`], and [`ChainError::TooHeavy`].
    pub async fn try_raw(
        &self,
        origin: &AccountId,
        contract: Address,
        value: u128,
        data: Vec<u8>,
    ) -> Result<Preview<ExecReturn>, ChainError> {
        let tried = self.chain.dry_run(origin, &Action::Call { to: contract, value, data }).await?;
        let limits = self.limits(&tried).await?;
        Ok(Preview {
            value: tried.output,
            weight: tried.weight_required,
            storage_deposit: tried.storage_deposit,
            limits,
        })
    }

    /// Send a message that was encoded elsewhere and tried with [`Client::try_raw`]. An account that is not mapped yet is
    /// mapped in the same transaction.
    ///
    /// # Errors
    /// Those of [`Chain::submit`].
    pub async fn send_raw(
        &self,
        signer: &Signer,
        contract: Address,
        value: u128,
        data: Vec<u8>,
        limits: &Limits,
    ) -> Result<Receipt, ChainError> {
        self.submit_mapped(signer, Action::Call { to: contract, value, data }, limits).await
    }

    /// Call a contract with `value` planck of native tokens. It is tried first, so that a refusal costs nothing and comes typed;
    /// an account that is not mapped yet is mapped in the same transaction.
    ///
    /// [`Done::value`] is what the trial returned. Where others act on the contract at the same time it may differ from what
    /// the call itself would have returned: take identifiers from the receipt's events then.
    ///
    /// # Errors
    /// Those of [`Client::dry_run`] (nothing was sent) and of [`Chain::submit`]. A call that the contract refused after all,
    /// because its state changed after the trial, is tried again for the contract's error.
    pub async fn call<T: Decode, E: Decode + core::fmt::Debug>(
        &self,
        signer: &Signer,
        contract: Address,
        value: u128,
        message: &Message<T, E>,
    ) -> Result<Done<T>, CallError<E>> {
        let origin = signer.account();
        let preview = self.dry_run(&origin, contract, value, message).await?;
        match self.send_raw(signer, contract, value, message.data().to_vec(), &preview.limits).await {
            Ok(receipt) => Ok(Done { value: preview.value, weight_required: preview.weight, receipt }),
            Err(error) if is_revert(&error) => {
                // The trial and the block saw different states; the contract's reason is in the present one.
                self.dry_run(&origin, contract, value, message).await?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Upload a code blob; one that the chain has already is left alone.
    ///
    /// # Errors
    /// Those of [`Chain::submit`].
    pub async fn upload(&self, signer: &Signer, code: &[u8]) -> Result<Upload, ChainError> {
        let code_hash = code_hash(code);
        if self.chain.code_exists(&code_hash).await? {
            return Ok(Upload { code_hash, receipt: None });
        }
        // The deposit follows from the blob's length alone, there is nothing to be bounded.
        let limits = Limits { weight: Weight::default(), storage_deposit: u128::MAX };
        let act = Action::Upload { code: code.to_vec() };
        match self.chain.submit(signer, &[act], &limits, self.wait).await {
            Ok(receipt) => Ok(Upload { code_hash, receipt: Some(receipt) }),
            // Somebody else may have uploaded the same blob meanwhile.
            Err(error) => match self.chain.code_exists(&code_hash).await {
                Ok(true) => Ok(Upload { code_hash, receipt: None }),
                _ => Err(error),
            },
        }
    }

    /// Create a contract from uploaded code, with `value` planck of native tokens.
    ///
    /// # Errors
    /// [`InstantiateError`]; where the constructor refuses, nothing was sent.
    pub async fn instantiate(
        &self,
        signer: &Signer,
        code_hash: Hash,
        constructor: &Constructor,
        value: u128,
        salt: Option<[u8; 32]>,
    ) -> Result<Created, InstantiateError> {
        self.instantiate_raw(signer, code_hash, constructor.label, constructor.data.clone(), value, salt).await
    }

    /// [`Client::instantiate`] with a constructor that was encoded elsewhere.
    ///
    /// # Errors
    /// Those of [`Client::instantiate`].
    pub async fn instantiate_raw(
        &self,
        signer: &Signer,
        code_hash: Hash,
        label: &str,
        data: Vec<u8>,
        value: u128,
        salt: Option<[u8; 32]>,
    ) -> Result<Created, InstantiateError> {
        let act = Action::Instantiate { code_hash, value, data, salt };
        let tried = self.chain.dry_run(&signer.account(), &act).await?;
        let Some(predicted) = tried.created else {
            return Err(InstantiateError::Refused { constructor: label.to_owned(), returned: tried.output.data });
        };
        let limits = self.limits(&tried).await?;
        let receipt = self.submit_mapped(signer, act, &limits).await?;
        let address = created_in(&receipt, predicted, signer.account().to_address()).ok_or_else(|| {
            InstantiateError::NotSeen { constructor: label.to_owned(), transaction: receipt.transaction }
        })?;
        Ok(Created { address, receipt })
    }

    /// Check that a contract exists and runs the code that is meant.
    ///
    /// # Errors
    /// [`VerifyError::NoContract`], or [`VerifyError::OtherCode`] with both hashes.
    pub async fn verify_code(&self, contract: Address, expected: Hash) -> Result<(), VerifyError> {
        match self.chain.code_hash(&contract).await? {
            Some(actual) if actual == expected => Ok(()),
            Some(actual) => Err(VerifyError::OtherCode { contract, expected, actual }),
            None => Err(VerifyError::NoContract { contract }),
        }
    }

    /// Read what a contract answered. An address without a contract takes any call and answers nothing.
    async fn answer<T: Decode, E: Decode + core::fmt::Debug>(
        &self,
        contract: Address,
        message: &Message<T, E>,
        output: &ExecReturn,
    ) -> Result<T, CallError<E>> {
        if output.data.is_empty() && self.chain.code_hash(&contract).await?.is_none() {
            return Err(CallError::NoContract { contract });
        }
        decode(message, output)
    }

    /// Submit an act of an account that may have to be mapped first, both in one transaction.
    async fn submit_mapped(&self, signer: &Signer, act: Action, limits: &Limits) -> Result<Receipt, ChainError> {
        if self.chain.is_mapped(&signer.account()).await? {
            return self.chain.submit(signer, &[act], limits, self.wait).await;
        }
        let both = [Action::MapAccount, act];
        match self.chain.submit(signer, &both, limits, self.wait).await {
            // Another transaction of this account was first.
            Err(error) if is_already_mapped(&error) => self.chain.submit(signer, &both[1..], limits, self.wait).await,
            outcome => outcome,
        }
    }

    async fn limits(&self, tried: &DryRun) -> Result<Limits, ChainError> {
        let required = tried.weight_required;
        let available = self.chain.max_call_weight().await?;
        if required.ref_time > available.ref_time || required.proof_size > available.proof_size {
            return Err(ChainError::TooHeavy { required, available });
        }
        let weight = |required: u64, available: u64| {
            let wanted = with_margin(required.into(), self.weight_margin);
            u64::try_from(wanted).unwrap_or(u64::MAX).min(available)
        };
        let charged = u128::try_from(tried.storage_deposit).unwrap_or(0);
        Ok(Limits {
            weight: Weight {
                ref_time: weight(required.ref_time, available.ref_time),
                proof_size: weight(required.proof_size, available.proof_size),
            },
            storage_deposit: with_margin(charged, self.deposit_margin).saturating_add(DEPOSIT_SLACK),
        })
    }
}

/// What a call would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview<T> {
    /// What the message would return.
    pub value: T,
    /// Weight that the call needs.
    pub weight: Weight,
    /// Storage deposit in planck: positive is charged, negative refunded.
    pub storage_deposit: i128,
    /// Bounds for sending it, with the client's margins.
    pub limits: Limits,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// What the message returned when it was tried, right before.
    pub value: T,
    /// Weight that the trial needed.
    pub weight_required: Weight,
    /// Where and how the transaction succeeded; its weight is what the chain booked.
    pub receipt: Receipt,
}

/// A code blob that is on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Hash by which contracts are created from it.
    pub code_hash: Hash,
    /// None where the chain had it already.
    pub receipt: Option<Receipt>,
}

/// A contract that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Its address.
    pub address: Address,
    /// Where and how the transaction succeeded.
    pub receipt: Receipt,
}

/// A call that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError<E: core::fmt::Debug> {
    /// The chain could not execute or include it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The contract refused, for this reason of its own.
    #[error("{message} was refused: {error:?}")]
    Refused {
        /// The message.
        message: &'static str,
        /// The contract's error.
        error: E,
    },
    /// There is no contract.
    #[error("there is no contract at {contract:?}; deploy it first, or choose the network with --network")]
    NoContract {
        /// The address.
        contract: Address,
    },
    /// Native tokens were to be sent to a message that takes none.
    #[error("{message} takes no native tokens; call it without a value")]
    NotPayable {
        /// The message.
        message: &'static str,
    },
    /// The contract does not understand the call.
    #[error("the contract does not understand {message} ({error:?}); these bindings belong to another version of it")]
    Language {
        /// The message.
        message: &'static str,
        /// What the contract said.
        error: LangError,
    },
    /// What the contract returned is not what the message returns.
    #[error("cannot read what {message} returned ({cause}); these bindings belong to another version of the contract")]
    Decode {
        /// The message.
        message: &'static str,
        /// Why it failed.
        cause: String,
        /// What the contract returned.
        returned: Vec<u8>,
    },
}

impl<E: core::fmt::Debug> CallError<E> {
    /// The contract's own error, where it was the contract that refused.
    pub fn refusal(&self) -> Option<&E> {
        match self {
            Self::Refused { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// A contract that was not created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstantiateError {
    /// The chain could not execute or include it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The constructor refused.
    #[error("the constructor {constructor} refused: it returned 0x{}", hex::encode(returned))]
    Refused {
        /// The constructor.
        constructor: String,
        /// What it returned.
        returned: Vec<u8>,
    },
    /// The transaction succeeded but no event tells of a new contract.
    #[error("transaction {transaction:?} of the constructor {constructor} succeeded and created no contract")]
    NotSeen {
        /// The constructor.
        constructor: String,
        /// The transaction.
        transaction: Hash,
    },
}

/// A contract is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The chain could not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// There is no contract.
    #[error("there is no contract at {contract:?}; deploy it first, or choose the network with --network")]
    NoContract {
        /// The address.
        contract: Address,
    },
    /// The contract runs other code.
    #[error("the contract at {contract:?} runs code {actual:?}, expected {expected:?}; rebuild or deploy again")]
    OtherCode {
        /// The address.
        contract: Address,
        /// Hash of the code that is meant.
        expected: Hash,
        /// Hash of the code that runs.
        actual: Hash,
    },
}

/// Events of one kind that a contract emitted in a transaction, in order.
///
/// # Errors
/// The codec's error where an event has the kind's signature and another shape.
pub fn decode_events<Ev: ContractEvent>(
    receipt: &Receipt,
    contract: Address,
) -> Result<Vec<Ev>, parity_scale_codec::Error> {
    receipt.events.iter().filter_map(|event| decode_event(event, contract)).collect()
}

/// The event, where it is of this kind and from this contract.
pub fn decode_event<Ev: ContractEvent>(
    event: &ChainEvent,
    contract: Address,
) -> Option<Result<Ev, parity_scale_codec::Error>> {
    let ChainEvent::Contract { contract: emitter, topics, data } = event else { return None };
    let topics: Vec<[u8; 32]> = topics.iter().map(|topic| topic.0).collect();
    if *emitter != contract || topics.first() != Ev::SIGNATURE_TOPIC.as_ref() {
        return None;
    }
    Some(Ev::decode(&topics, data))
}

/// Hash by which the chain knows a code blob.
pub fn code_hash(code: &[u8]) -> Hash {
    Hash::from_slice(&Keccak256::digest(code))
}

/// Address of a contract that is created with a salt: it follows from deployer, code, constructor call and salt alone.
pub fn salted_address(deployer: &Address, code: &[u8], data: &[u8], salt: &[u8; 32]) -> Address {
    let initial = Keccak256::new().chain_update(code).chain_update(data).finalize();
    let hash = Keccak256::new()
        .chain_update([0xff])
        .chain_update(deployer)
        .chain_update(salt)
        .chain_update(initial)
        .finalize();
    Address::from_slice(&hash[12..])
}

fn decode<T: Decode, E: Decode + core::fmt::Debug>(
    message: &Message<T, E>,
    output: &ExecReturn,
) -> Result<T, CallError<E>> {
    let undecodable =
        |cause: String| CallError::Decode { message: message.label, cause, returned: output.data.clone() };
    let answer = message.decode_output(&output.data).map_err(|error| undecodable(error.to_string()))?;
    match answer {
        Err(error) => Err(CallError::Language { message: message.label, error }),
        Ok(Err(error)) => Err(CallError::Refused { message: message.label, error }),
        Ok(Ok(_)) if output.reverted => Err(undecodable("it reverted without an error".into())),
        Ok(Ok(value)) => Ok(value),
    }
}

fn with_margin(amount: u128, percent: u8) -> u128 {
    amount.saturating_add(amount.saturating_mul(percent.into()) / 100)
}

fn is_revert(error: &ChainError) -> bool {
    matches!(error, ChainError::Dispatch { pallet, name, .. } if pallet == "Revive" && name == "ContractReverted")
}

fn is_already_mapped(error: &ChainError) -> bool {
    matches!(error, ChainError::Dispatch { pallet, name, .. } if pallet == "Revive" && name == "AccountAlreadyMapped")
}

/// Which of the contracts that a transaction created is the one that was asked for: the predicted one, or, where the deployer's
/// nonce moved on after the trial, the last that the deployer itself created.
fn created_in(receipt: &Receipt, predicted: Address, deployer: Address) -> Option<Address> {
    let mut found = None;
    for event in &receipt.events {
        if let ChainEvent::Instantiated { deployer: creator, contract } = event {
            if *contract == predicted {
                return Some(predicted);
            }
            if *creator == deployer {
                found = Some(*contract);
            }
        }
    }
    found
}
