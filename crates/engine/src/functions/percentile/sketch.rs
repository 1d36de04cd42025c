/// Values that are kept as they are. Up to here a percentile is exact.
const EXACT_MAX: usize = 128;

/// Bits of a double's mantissa that tell buckets apart: 128 buckets between a power of two and the next, so that the
/// bounds of a bucket are less than 0.8 % apart.
const BUCKET_BITS: u32 = 7;

const BUCKETS: usize = 1 << BUCKET_BITS;

/// Bits of a double below those.
const REST_BITS: u32 = 52 - BUCKET_BITS;

/// How numbers are spread: exactly as long as they are few, then in buckets whose width grows with the numbers.
///
/// The idea of buckets of equal relative width is that of DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019); here the
/// upper bits of the double are the bucket, so that none has to be computed.
#[derive(Debug, Clone)]
pub(super) enum Sketch {
    Few(Vec<f64>),
    Many(Buckets),
}

#[derive(Debug, Clone)]
pub(super) struct Buckets {
    min: f64,
    max: f64,
    /// Per sign and power of two, in order of value: which, and how many numbers are in each of its buckets.
    pages: Vec<(u16, Box<[u32; BUCKETS]>)>,
    /// The page that was used last.
    last: usize,
}

impl Default for Sketch {
    fn default() -> Sketch {
        Sketch::Few(Vec::new())
    }
}

/// Bits that are ordered as the numbers are.
fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn from_ordered(bits: u64) -> f64 {
    f64::from_bits(if bits >> 63 == 1 { bits & !(1 << 63) } else { !bits })
}

impl Sketch {
    /// Adds a number. What is none is left out.
    pub(super) fn add(&mut self, value: f64) {
        match self {
            _ if value.is_nan() => {}
            Sketch::Few(values) if values.len() < EXACT_MAX => values.push(value),
            Sketch::Few(values) => {
                let mut buckets = Buckets { min: value, max: value, pages: Vec::new(), last: 0 };
                values.iter().for_each(|&known| buckets.add(known));
                buckets.add(value);
                *self = Sketch::Many(buckets);
            }
            Sketch::Many(buckets) => buckets.add(value),
        }
    }

    /// Adds all numbers of another.
    pub(super) fn merge(&mut self, other: Sketch) {
        match (&mut *self, other) {
            (_, Sketch::Few(values)) => values.into_iter().for_each(|value| self.add(value)),
            (Sketch::Many(buckets), Sketch::Many(other)) => buckets.merge(&other),
            (Sketch::Few(values), Sketch::Many(mut other)) => {
                values.iter().for_each(|&value| other.add(value));
                *self = Sketch::Many(other);
            }
        }
    }

    /// The number below which this part (0 to 1) of all lies, in proportion between its two neighbours; `None` of none.
    pub(super) fn quantile(&self, part: f64) -> Option<f64> {
        match self {
            Sketch::Few(values) if values.is_empty() => None,
            Sketch::Few(values) => {
                let mut sorted = values.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                let rank = part * (sorted.len() - 1) as f64;
                let (below, above) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
                Some(below + (above - below) * rank.fract())
            }
            Sketch::Many(buckets) => Some(buckets.quantile(part)),
        }
    }

    /// Bytes held on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Sketch::Few(values) => values.capacity() * size_of::<f64>(),
            Sketch::Many(buckets) => buckets.pages.capacity() * 16 + buckets.pages.len() * BUCKETS * 4,
        }
    }

    /// The sketch as bytes, for the other half of an aggregation within the same process.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Sketch::Few(values) => {
                out.push(0);
                values.iter().for_each(|value| out.extend(value.to_le_bytes()));
            }
            Sketch::Many(buckets) => {
                out.push(1);
                out.extend(buckets.min.to_le_bytes());
                out.extend(buckets.max.to_le_bytes());
                for (power, counts) in &buckets.pages {
                    out.extend(power.to_le_bytes());
                    counts.iter().for_each(|count| out.extend(count.to_le_bytes()));
                }
            }
        }
    }

    /// What [`Sketch::encode`] wrote; `None` when it did not.
    pub(super) fn decode(bytes: &[u8]) -> Option<Sketch> {
        let (kind, rest) = bytes.split_first()?;
        if *kind == 0 {
            let (values, end) = rest.as_chunks();
            return end.is_empty().then(|| Sketch::Few(values.iter().map(|value| f64::from_le_bytes(*value)).collect()));
        }
        let (min, rest) = rest.split_first_chunk()?;
        let (max, rest) = rest.split_first_chunk()?;
        let mut buckets = Buckets { min: f64::from_le_bytes(*min), max: f64::from_le_bytes(*max), pages: Vec::new(), last: 0 };
        let (pages, end) = rest.as_chunks::<{ 2 + BUCKETS * 4 }>();
        for page in pages {
            let mut counts = Box::new([0; BUCKETS]);
            let (bytes, _) = page[2..].as_chunks();
            counts.iter_mut().zip(bytes).for_each(|(count, bytes)| *count = u32::from_le_bytes(*bytes));
            buckets.pages.push((u16::from_le_bytes([page[0], page[1]]), counts));
        }
        end.is_empty().then_some(Sketch::Many(buckets))
    }
}

impl Buckets {
    fn add(&mut self, value: f64) {
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let bits = ordered(value);
        let bucket = (bits >> REST_BITS) as usize % BUCKETS;
        let count = &mut self.page((bits >> 52) as u16)[bucket];
        *count = count.saturating_add(1);
    }

    fn page(&mut self, power: u16) -> &mut [u32; BUCKETS] {
        if self.pages.get(self.last).is_none_or(|(known, _)| *known != power) {
            self.last = self.pages.binary_search_by_key(&power, |(known, _)| *known).unwrap_or_else(|place| {
                self.pages.insert(place, (power, Box::new([0; BUCKETS])));
                place
            });
        }
        &mut self.pages[self.last].1
    }

    fn merge(&mut self, other: &Buckets) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        for (power, counts) in &other.pages {
            let page = self.page(*power);
            page.iter_mut().zip(counts.iter()).for_each(|(count, more)| *count = count.saturating_add(*more));
        }
    }

    fn quantile(&self, part: f64) -> f64 {
        let all = || {
            self.pages.iter().flat_map(|(power, counts)| (0..).zip(counts.iter()).map(move |(at, count)| (*power, at, *count)))
        };
        let total: u64 = all().map(|(.., count)| u64::from(count)).sum();
        let rank = part * total.saturating_sub(1) as f64;
        let mut below = 0.0;
        for (power, at, count) in all().filter(|(.., count)| *count > 0) {
            let count = f64::from(count);
            if below + count > rank {
                let low = u64::from(power) << 52 | at << REST_BITS;
                let (low, high) = (from_ordered(low), from_ordered(low | ((1 << REST_BITS) - 1)));
                // The bucket of zero reaches to numbers that nobody measures.
                if low.abs().max(high.abs()) < f64::MIN_POSITIVE {
                    return 0.0_f64.clamp(self.min, self.max);
                }
                // Where in its bucket a number stands is not known; they are taken as evenly spread.
                let within = (rank - below + 0.5) / count;
                return (low + (high - low) * within.min(1.0)).clamp(self.min, self.max);
            }
            below += count;
        }
        self.max
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|&value| sketch.add(value));
        sketch
    }

    fn exact(values: &[f64], part: f64) -> (f64, f64) {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let rank = part * (sorted.len() - 1) as f64;
        (sorted[rank.floor() as usize], sorted[rank.ceil() as usize])
    }

    #[test]
    fn few_numbers_are_exact() {
        assert_eq!(of(&[]).quantile(0.5), None);
        assert_eq!(of(&[f64::NAN]).quantile(0.5), None);
        assert_eq!(of(&[3.0, 1.0, 2.0, 10.0]).quantile(0.5), Some(2.5));
        assert_eq!(of(&[3.0, 1.0]).quantile(1.0), Some(3.0));
    }

    #[test]
    fn many_whole_numbers_are_near() {
        let values: Vec<f64> = (0..100_000).map(|index| f64::from(index % 5000)).collect();
        for part in [0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let (found, expected) = (of(&values).quantile(part).unwrap(), part * 4999.0);
            assert!((found - expected).abs() <= 0.008 * expected + 1.0, "{part}: {found} is not near {expected}");
        }
    }

    proptest! {
        #[test]
        fn a_percentile_is_within_one_bucket_of_the_exact_one(
            values in prop::collection::vec(prop_oneof![-1e6..1e6_f64, Just(0.0), -1.0..1.0_f64, 1e300..1e308_f64], 1..700),
            part in 0.0..=1.0_f64,
            cut in 0..700_usize,
        ) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = of(left);
            merged.merge(of(right));
            let mut bytes = Vec::new();
            merged.encode(&mut bytes);
            let found = merged.quantile(part).unwrap();
            prop_assert_eq!(Sketch::decode(&bytes).and_then(|sketch| sketch.quantile(part)), Some(found));
            let (low, high) = exact(&values, part);
            prop_assert!(found >= low - low.abs() * 0.008 && found <= high + high.abs() * 0.008, "{} of {}..{}", found, low, high);
        }
    }
}
