//! Deployment by plan: what stands is kept, what is missing is done, and each step is written down before the next begins. So an
//! interrupted deployment goes on where it stopped, and a finished one does nothing when it is run again.

use florin_units::human::parse_units;
use sha3::{Digest, Keccak256};

use crate::{
    address_book::{AddressBook, AddressBookError, Deployed},
    bundle::{Bundle, BundleError, Bundles},
    chain::{Address, Chain, ChainInfo, Hash},
    contract::{salted_address, Client, InstantiateError, VerifyError},
    error::ChainError,
    metadata::{ContractMetadata, MetadataError},
    plan::{CallStep, ContractStep, DeploymentPlan, PlanError, DEPLOYER},
    signer::{Signer, SignerError},
};

/// What a deployment tells while it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The contract stands already.
    ContractKept {
        /// Its name.
        name: String,
        /// Its address.
        address: Address,
    },
    /// The contract was created.
    ContractCreated {
        /// Its name.
        name: String,
        /// Its address.
        address: Address,
        /// Fee that its upload and creation cost together, in planck.
        fee: u128,
    },
    /// The call has been made before.
    CallKept {
        /// Name of the step.
        step: String,
    },
    /// The call was made.
    CallMade {
        /// Name of the step.
        step: String,
        /// Fee that it cost, in planck.
        fee: u128,
    },
}

/// Bring a chain to what the plan describes. `book` is saved after each step; `progress` hears of it.
///
/// # Errors
/// [`DeployError`] with the step that failed. Steps before it are done and written down; run it again to go on.
pub async fn apply<C: Chain>(
    client: &Client<C>,
    deployer: &Signer,
    plan: &DeploymentPlan,
    bundles: &Bundles,
    book: &mut AddressBook,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), DeployError> {
    let info = client.chain().info().await?;
    book.check(&info)?;
    let run = Run { client, deployer, plan, bundles, info };
    for step in &plan.contracts {
        progress(run.contract(step, book).await?);
    }
    for step in &plan.calls {
        progress(run.call(step, book).await?);
    }
    Ok(())
}

struct Run<'a, C> {
    client: &'a Client<C>,
    deployer: &'a Signer,
    plan: &'a DeploymentPlan,
    bundles: &'a Bundles,
    info: ChainInfo,
}

impl<C: Chain> Run<'_, C> {
    async fn contract(&self, step: &ContractStep, book: &mut AddressBook) -> Result<Progress, DeployError> {
        let bundle = self.bundles.load(step.bundle())?;
        if let Some(deployed) = book.contracts.get(&step.name) {
            return self.keep(step, deployed, &bundle).await;
        }
        let metadata = metadata_of(&bundle)?;
        let args = self.resolve(&step.args, book).await?;
        let data = metadata
            .encode_constructor(&step.constructor, &args)
            .map_err(|error| DeployError::Encode { step: step.name.clone(), error: error.into() })?;
        let value = self.value(&step.name, step.value.as_deref())?;
        // The address follows from what is created, so a contract that was created right before an interruption is found.
        let salt = self.salt(&step.name);
        let address = salted_address(&self.deployer.account().to_address(), &bundle.code, &data, &salt);
        let mut fee = 0u128;
        let mut block = self.client.chain().head().await?.number;
        if self.client.chain().code_hash(&address).await? != Some(bundle.code_hash) {
            let upload = self.client.upload(self.deployer, &bundle.code).await?;
            let created = self
                .client
                .instantiate_raw(self.deployer, upload.code_hash, &step.constructor, data, value, Some(salt))
                .await
                .map_err(|error| DeployError::Instantiate { step: step.name.clone(), error })?;
            if created.address != address {
                return Err(DeployError::OtherAddress {
                    step: step.name.clone(),
                    expected: address,
                    actual: created.address,
                });
            }
            block = created.receipt.block.number;
            fee = upload.receipt.map_or(0, |receipt| receipt.fee).saturating_add(created.receipt.fee);
        }
        let bundle_name = step.bundle().to_owned();
        let deployed =
            Deployed { bundle: bundle_name, address, code_hash: bundle.code_hash, block, layout: bundle.layout_hash() };
        book.contracts.insert(step.name.clone(), deployed);
        book.save()?;
        Ok(Progress::ContractCreated { name: step.name.clone(), address, fee })
    }

    async fn keep(&self, step: &ContractStep, deployed: &Deployed, bundle: &Bundle) -> Result<Progress, DeployError> {
        self.client.verify_code(deployed.address, deployed.code_hash).await?;
        if deployed.code_hash != bundle.code_hash {
            return Err(DeployError::Outdated {
                name: step.name.clone(),
                deployed: deployed.code_hash,
                built: bundle.code_hash,
            });
        }
        Ok(Progress::ContractKept { name: step.name.clone(), address: deployed.address })
    }

    async fn call(&self, step: &CallStep, book: &mut AddressBook) -> Result<Progress, DeployError> {
        let id = step.id();
        if book.is_done(&id) {
            return Ok(Progress::CallKept { step: id });
        }
        let deployed = book
            .contracts
            .get(&step.contract)
            .ok_or_else(|| PlanError::UnknownContract { step: id.clone(), contract: step.contract.clone() })?;
        let (contract, bundle) = (deployed.address, self.bundles.load(&deployed.bundle)?);
        let metadata = metadata_of(&bundle)?;
        let args = self.resolve(&step.args, book).await?;
        let data = metadata
            .encode_message(&step.message, &args)
            .map_err(|error| DeployError::Encode { step: id.clone(), error: error.into() })?;
        let value = self.value(&id, step.value.as_deref())?;
        let signer = match step.signer()? {
            Some(source) => source.load()?,
            None => self.deployer.clone(),
        };
        let tried = self.client.try_raw(&signer.account(), contract, value, data.clone()).await?;
        if tried.value.reverted {
            if book.pending.as_deref() != Some(id.as_str()) {
                let returned = metadata
                    .decode_output(&step.message, &tried.value.data)
                    .map(|value| value.to_string())
                    .unwrap_or_else(|_| format!("0x{}", hex::encode(&tried.value.data)));
                return Err(DeployError::Refused { step: id, returned });
            }
            // It passed its trial before an earlier run was interrupted, and does not pass any more: it was included.
            book.pending = None;
            book.steps.push(id.clone());
            book.save()?;
            return Ok(Progress::CallKept { step: id });
        }
        book.pending = Some(id.clone());
        book.save()?;
        let receipt = self.client.send_raw(&signer, contract, value, data, &tried.limits).await?;
        book.pending = None;
        book.steps.push(id.clone());
        book.save()?;
        Ok(Progress::CallMade { step: id, fee: receipt.fee })
    }

    async fn resolve(&self, args: &[String], book: &AddressBook) -> Result<Vec<String>, DeployError> {
        // Asked for each time: a new chain has no time before its first block.
        let now = self.client.chain().head().await?.timestamp_ms / 1_000;
        let address = |name: &str| {
            if name == DEPLOYER {
                return Some(format!("{:?}", self.deployer.account().to_address()));
            }
            book.contracts.get(name).map(|deployed| format!("{:?}", deployed.address))
        };
        args.iter().map(|text| Ok(DeploymentPlan::resolve(text, address, now)?)).collect()
    }

    fn value(&self, step: &str, text: Option<&str>) -> Result<u128, PlanError> {
        let Some(text) = text else { return Ok(0) };
        parse_units(text, self.info.native_decimals).map_err(|error| PlanError::Value {
            step: step.to_owned(),
            value: text.to_owned(),
            cause: error.to_string(),
        })
    }

    fn salt(&self, name: &str) -> [u8; 32] {
        Keccak256::new()
            .chain_update(b"florin deployment")
            .chain_update(Keccak256::digest(&self.plan.salt))
            .chain_update(name)
            .finalize()
            .into()
    }
}

fn metadata_of(bundle: &Bundle) -> Result<ContractMetadata, DeployError> {
    ContractMetadata::from_json(&bundle.metadata)
        .map_err(|error| DeployError::Metadata { contract: bundle.name.clone(), error: error.into() })
}

/// A deployment that stopped.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The chain could not execute or include a step.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A contract's bundle cannot be used.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The address book cannot be used.
    #[error(transparent)]
    AddressBook(#[from] AddressBookError),
    /// The plan cannot be followed.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A call's signer cannot be made.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A contract of the address book is not what it was.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The metadata of a bundle cannot be read.
    #[error("cannot read the metadata of {contract}: {error}")]
    Metadata {
        /// The contract.
        contract: String,
        /// What is wrong.
        error: Box<MetadataError>,
    },
    /// A step's arguments do not fit its message.
    #[error("{step}: {error}")]
    Encode {
        /// The step.
        step: String,
        /// What is wrong.
        error: Box<MetadataError>,
    },
    /// A contract could not be created.
    #[error("{step}: {error}")]
    Instantiate {
        /// The step.
        step: String,
        /// What went wrong.
        error: InstantiateError,
    },
    /// A contract stands at another address than its deployer, code, arguments and salt say.
    #[error(
        "{step} was created at {actual:?}, it should be at {expected:?}; this chain computes addresses differently"
    )]
    OtherAddress {
        /// The step.
        step: String,
        /// Where it should be.
        expected: Address,
        /// Where it is.
        actual: Address,
    },
    /// A contract refused a call.
    #[error("{step} was refused: {returned}")]
    Refused {
        /// The step.
        step: String,
        /// What the contract returned.
        returned: String,
    },
    /// A contract stands with other code than the present build's.
    #[error(
        "{name} is deployed with code {deployed:?}, this build has {built:?}; build what is deployed, or remove the address \
         book and change the plan's salt to deploy anew"
    )]
    Outdated {
        /// The contract's name.
        name: String,
        /// Hash of the code that is deployed.
        deployed: Hash,
        /// Hash of the code in the bundle.
        built: Hash,
    },
}
