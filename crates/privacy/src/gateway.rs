use record::Batch;

/// A batch that passed the gateway. Private fields: only [`Gateway::admit`] makes one, and the lake takes nothing else,
/// so an unscreened record cannot be stored.
#[derive(Debug)]
pub struct Admitted {
    batch: Batch,
    masked: Masked,
}

/// What was masked, by count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masked {
    /// Values of fields whose name says that they are secret.
    pub values: u64,
}

/// What is masked.
#[derive(Debug, Clone)]
pub struct Policy {}

/// Admits batches by a policy.
pub struct Gateway {}

impl Gateway {
    /// A gateway with this policy.
    pub fn new(_policy: Policy) -> Gateway {
        Gateway {}
    }

    /// Screens a batch.
    pub fn admit(&self, batch: Batch) -> Admitted {
        Admitted { batch, masked: Masked::default() }
    }
}

impl Admitted {
    /// What may be stored.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// What was masked.
    pub fn masked(&self) -> &Masked {
        &self.masked
    }

    /// Gives up the seal, for the lake, which holds the batch from here on.
    pub fn into_batch(self) -> Batch {
        self.batch
    }
}
