//! Deployments as files describe them: contracts in order, then the calls that set them up.

use std::{collections::BTreeSet, path::Path};

use florin_units::human::parse_units;
use serde::Deserialize;

use crate::signer::SignerSource;

/// What a deployment file says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentPlan {
    /// Makes the addresses of this deployment differ from those of another one by the same account.
    #[serde(default)]
    pub salt: String,
    /// Contracts, in the order in which they are created.
    #[serde(default, rename = "contract")]
    pub contracts: Vec<ContractStep>,
    /// Calls, in the order in which they are made once all contracts stand.
    #[serde(default, rename = "call")]
    pub calls: Vec<CallStep>,
}

/// A contract to create.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractStep {
    /// Name by which other steps and the address book know the contract.
    pub name: String,
    /// Name of the bundle, where it is not the contract's.
    pub bundle: Option<String>,
    /// The constructor.
    #[serde(default = "usual_constructor")]
    pub constructor: String,
    /// Its arguments; `${…}` is replaced, see [`DeploymentPlan::resolve`].
    #[serde(default)]
    pub args: Vec<String>,
    /// Native tokens to send along, in whole tokens (`1.5`).
    pub value: Option<String>,
}

/// A call to make.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallStep {
    /// Name of the contract.
    pub contract: String,
    /// The message.
    pub message: String,
    /// Its arguments; `${…}` is replaced, see [`DeploymentPlan::resolve`].
    #[serde(default)]
    pub args: Vec<String>,
    /// Native tokens to send along, in whole tokens (`1.5`).
    pub value: Option<String>,
    /// Who calls, where it is not the deployer: a [`SignerSource`] as text.
    pub by: Option<String>,
    /// Tells this call from another one that says the same.
    pub id: Option<String>,
}

fn usual_constructor() -> String {
    "new".to_owned()
}

impl ContractStep {
    /// Name of the contract's bundle.
    pub fn bundle(&self) -> &str {
        self.bundle.as_deref().unwrap_or(&self.name)
    }
}

impl CallStep {
    /// Name of the step: the call as the plan writes it, and who makes it. A call that is changed in the plan is another step.
    pub fn id(&self) -> String {
        let mut call = format!("{}.{}({})", self.contract, self.message, self.args.join(", "));
        if let Some(by) = &self.by {
            call = format!("{call} by {by}");
        }
        match &self.id {
            Some(id) => format!("{id}: {call}"),
            None => call,
        }
    }
}

impl DeploymentPlan {
    /// Read a plan from a file.
    ///
    /// # Errors
    /// [`PlanError`] says what is wrong with it.
    pub fn load(path: &Path) -> Result<Self, PlanError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| PlanError::File { path: path.display().to_string(), cause: cause.to_string() })?;
        Self::parse(&text)
    }

    /// Read a plan from text.
    ///
    /// # Errors
    /// Those of [`DeploymentPlan::load`].
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let plan: Self = toml::from_str(text).map_err(|error| PlanError::Syntax { cause: error.to_string() })?;
        plan.check()?;
        Ok(plan)
    }

    /// Each name stands once, references only point back, signers can be read.
    fn check(&self) -> Result<(), PlanError> {
        let mut names = BTreeSet::new();
        // Any address will do to see whether a reference can be resolved.
        let known = |names: &BTreeSet<&str>, name: &str| names.contains(name).then(String::new);
        for contract in &self.contracts {
            for text in &contract.args {
                Self::resolve(text, |name| known(&names, name), 0)?;
            }
            if !names.insert(contract.name.as_str()) {
                return Err(PlanError::Twice { step: contract.name.clone() });
            }
        }
        let mut steps = BTreeSet::new();
        for call in &self.calls {
            if !names.contains(call.contract.as_str()) {
                return Err(PlanError::UnknownContract { step: call.id(), contract: call.contract.clone() });
            }
            for text in &call.args {
                Self::resolve(text, |name| known(&names, name), 0)?;
            }
            call.signer()?;
            if !steps.insert(call.id()) {
                return Err(PlanError::Twice { step: call.id() });
            }
        }
        Ok(())
    }

    /// Replace each `${…}` in an argument:
    ///
    /// | reference | stands for |
    /// | --- | --- |
    /// | `${name}` | address of the contract of that name |
    /// | `${deployer}` | address of the account that deploys |
    /// | `${account:alice}` | address of a development account |
    /// | `${wad:1.5}` | an amount with 18 decimals, as a whole number of units |
    /// | `${ray:1.5}` | a factor with 27 decimals, likewise |
    /// | `${amount:1.5:6}` | an amount with as many decimals as the last part says, likewise |
    /// | `${days:365}` | the moment so many days from now, in seconds since 1970 |
    ///
    /// `address` knows contracts and the deployer; `now` is the chain's time, in seconds since 1970.
    ///
    /// # Errors
    /// [`PlanError::Reference`] where a reference means nothing.
    pub fn resolve(text: &str, address: impl Fn(&str) -> Option<String>, now: u64) -> Result<String, PlanError> {
        let mut resolved = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let bad = |cause: &str| PlanError::Reference { argument: text.to_owned(), cause: cause.to_owned() };
            let (reference, remainder) = after.split_once('}').ok_or_else(|| bad("a `}` is missing"))?;
            resolved.push_str(before);
            resolved.push_str(&Self::look_up(reference, &address, now).map_err(|cause| bad(&cause))?);
            rest = remainder;
        }
        resolved.push_str(rest);
        Ok(resolved)
    }

    fn look_up(reference: &str, address: impl Fn(&str) -> Option<String>, now: u64) -> Result<String, String> {
        let amount = |text: &str, decimals: u8| {
            parse_units(text, decimals).map(|units| units.to_string()).map_err(|error| error.to_string())
        };
        match reference.split_once(':') {
            None if reference == DEPLOYER => Ok(address(DEPLOYER).unwrap_or_default()),
            None => address(reference).ok_or_else(|| format!("no contract before this step is called {reference:?}")),
            Some(("account", name)) => crate::signer::Signer::dev(name)
                .map(|signer| format!("{:?}", signer.account().to_address()))
                .map_err(|error| error.to_string()),
            Some(("days", text)) => {
                let days: u64 = text.parse().map_err(|_| format!("{text:?} is no number of days"))?;
                let moment = days.checked_mul(86_400).and_then(|span| now.checked_add(span));
                moment.map(|moment| moment.to_string()).ok_or_else(|| format!("{text} days are too many"))
            }
            Some(("wad", text)) => amount(text, 18),
            Some(("ray", text)) => amount(text, 27),
            Some(("amount", text)) => {
                let (text, decimals) = text.split_once(':').ok_or("an amount needs its decimals: ${amount:1.5:6}")?;
                amount(text, decimals.parse().map_err(|_| format!("{decimals:?} is no number of decimals"))?)
            }
            Some((kind, _)) => Err(format!("{kind:?} is no kind of reference")),
        }
    }
}

/// How a plan names the account that deploys.
pub const DEPLOYER: &str = "deployer";

impl CallStep {
    /// Who calls; none is the deployer.
    ///
    /// # Errors
    /// [`PlanError::Signer`] where the text names nobody.
    pub fn signer(&self) -> Result<Option<SignerSource>, PlanError> {
        let Some(text) = &self.by else { return Ok(None) };
        match text.parse() {
            Ok(source) => Ok(Some(source)),
            Err(error) => Err(PlanError::Signer { step: self.id(), cause: error.to_string() }),
        }
    }
}

/// A deployment file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The system does not give the file.
    #[error("cannot read the deployment plan {path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        cause: String,
    },
    /// The text is no plan.
    #[error("the deployment plan is not valid: {cause}")]
    Syntax {
        /// What is wrong, and where.
        cause: String,
    },
    /// A step stands twice.
    #[error("the deployment plan has {step} twice; give one of two equal calls an `id`")]
    Twice {
        /// The step.
        step: String,
    },
    /// A call goes to a contract that the plan does not create.
    #[error("{step}: the deployment plan creates no contract called {contract:?}")]
    UnknownContract {
        /// The step.
        step: String,
        /// The contract's name.
        contract: String,
    },
    /// A reference means nothing.
    #[error("cannot resolve {argument:?}: {cause}")]
    Reference {
        /// The argument that holds it.
        argument: String,
        /// What is wrong.
        cause: String,
    },
    /// A call's signer is nobody.
    #[error("{step}: {cause}")]
    Signer {
        /// The step.
        step: String,
        /// What is wrong.
        cause: String,
    },
    /// A value is no amount.
    #[error("{step}: {value:?} is no amount of native tokens: {cause}")]
    Value {
        /// The step.
        step: String,
        /// The text.
        value: String,
        /// What is wrong.
        cause: String,
    },
}
