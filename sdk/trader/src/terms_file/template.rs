//! Complete files to start from. Whoever uses one puts in names, amounts and days: the names in it mean nobody, so a
//! template that nobody has filled in is refused and not signed.

/// A file to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Template {
    /// Goods, FOB: paid at sight against documents, and the title to the goods goes over with the payment.
    SightWithTitle,
    /// Goods, paid some time after shipment, with partial drawings and a confirmer.
    Usance,
    /// A service in steps, each paid against papers of its own, with a part held back.
    Milestones,
    /// No documents: paid because something is so.
    Conditions,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::SightWithTitle, Self::Usance, Self::Milestones, Self::Conditions];

    /// The word by which it is chosen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SightWithTitle => "sight",
            Self::Usance => "usance",
            Self::Milestones => "milestones",
            Self::Conditions => "conditions",
        }
    }

    /// What it is for, in a few words.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::SightWithTitle => "goods, FOB: paid at sight against documents, with the title to the goods",
            Self::Usance => "goods: paid 90 days after shipment, in partial drawings, with a confirmer",
            Self::Milestones => "a service in steps, each paid against its papers, with a part held back",
            Self::Conditions => "no documents: paid once signatures, moments or secrets show that it is due",
        }
    }

    /// The file.
    pub const fn text(self) -> &'static str {
        match self {
            Self::SightWithTitle => include_str!("templates/sight_with_title.toml"),
            Self::Usance => include_str!("templates/usance.toml"),
            Self::Milestones => include_str!("templates/milestones.toml"),
            Self::Conditions => include_str!("templates/conditions.toml"),
        }
    }

    /// The template of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name().eq_ignore_ascii_case(name.trim()))
    }
}
