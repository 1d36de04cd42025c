use bytes::Bytes;

/// A set of 64-bit hashes that takes some ten bits for each: a binary fuse filter with fingerprints of eight bits (Graf and
/// Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters", 2022). It never denies what was put in, and wrongly
/// confirms one in 256 of the others.
///
/// ```text
///  0  4  seed, little-endian like all numbers
///  4  4  L: length of a segment, a power of two
///  8  4  C: number of segments in which a hash may begin; 0: the filter confirms everything
/// 12  L*(C+2)  fingerprints
/// ```
///
/// A hash belongs to three places, in three segments that follow each other; its fingerprint is the exclusive or of what
/// stands there. A filter without bytes holds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    bytes: Bytes,
    places: Option<Places>,
}

const HEADER_BYTES: usize = 12;

/// Places that belong to a hash.
const PLACES: usize = 3;

/// Seeds that are tried. One in a hundred fails for small sets, so that this many never do, but for hashes that somebody chose.
const TRIES: u32 = 64;

/// Where hashes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Places {
    seed: u32,
    segment: u32,
    segments: u32,
}

impl Filter {
    /// A filter of these hashes, which are distinct.
    pub(super) fn of(hashes: &[u64]) -> Filter {
        if hashes.is_empty() {
            return Filter { bytes: Bytes::new(), places: None };
        }
        let mut places = Places::for_count(hashes.len());
        while places.seed < TRIES {
            if let Some(fingerprints) = places.assign(hashes) {
                return places.filter(&fingerprints);
            }
            places.seed += 1;
        }
        Places { seed: 0, segment: 1, segments: 0 }.filter(&[])
    }

    /// A filter read back.
    pub(super) fn from_bytes(bytes: Bytes) -> Result<Filter, &'static str> {
        if bytes.is_empty() {
            return Ok(Filter { bytes, places: None });
        }
        let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>().ok_or("a filter is shorter than its header")?;
        let (numbers, _) = header.as_chunks::<4>();
        let [seed, segment, segments] = [0, 1, 2].map(|place| u32::from_le_bytes(numbers[place]));
        let places = Places { seed, segment, segments };
        if !segment.is_power_of_two() || segment > SEGMENT_MAX || (segments > 0 && rest.len() as u64 != places.length()) {
            return Err("a filter is not as long as it says");
        }
        Ok(Filter { places: Some(places), bytes })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn may_contain(&self, hash: u64) -> bool {
        let Some(places) = self.places else { return false };
        let fingerprints = &self.bytes[HEADER_BYTES..];
        places.segments == 0 || {
            let hash = places.mix(hash);
            places.of(hash).iter().fold(fingerprint(hash), |left, &place| left ^ fingerprints[place]) == 0
        }
    }
}

/// Longest segment: a larger one would not fit the cache.
const SEGMENT_MAX: u32 = 1 << 18;

impl Places {
    /// Sizes as the paper gives them for three places a hash.
    fn for_count(count: usize) -> Places {
        let count = count as f64;
        let log2 = (count.ln() / 3.33_f64.ln() + 2.25).floor() as u32;
        let segment = (1_u32 << log2).min(SEGMENT_MAX);
        let factor = (0.875 + 0.25 * 1e6_f64.ln() / count.ln().max(0.5)).max(1.125);
        let segments = ((count * factor) / f64::from(segment)).ceil() as u32;
        Places { seed: 0, segment, segments: segments.saturating_sub(PLACES as u32 - 1).max(1) }
    }

    fn length(self) -> u64 {
        u64::from(self.segment) * (u64::from(self.segments) + PLACES as u64 - 1)
    }

    /// Spreads a hash anew for this seed (the finalizer of MurmurHash3).
    fn mix(self, hash: u64) -> u64 {
        let mut mixed = hash.wrapping_add(u64::from(self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ mixed >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed = (mixed ^ mixed >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        mixed ^ mixed >> 33
    }

    /// The places of a mixed hash, all different.
    fn of(self, mixed: u64) -> [usize; PLACES] {
        let (segment, mask) = (self.segment as usize, u64::from(self.segment) - 1);
        let starts = u64::from(self.segment) * u64::from(self.segments);
        let first = ((u128::from(mixed) * u128::from(starts)) >> 64) as usize;
        let within = |bits: u64| (bits & mask) as usize;
        [first, (first + segment) ^ within(mixed >> 18), (first + 2 * segment) ^ within(mixed)]
    }

    /// Fingerprints for all places; `None` when the places of the hashes are entangled under this seed.
    fn assign(self, hashes: &[u64]) -> Option<Vec<u8>> {
        let length = self.length() as usize;
        // Of each place: how many hashes have it, and the exclusive or of them all.
        let (mut counts, mut sums) = (vec![0_u32; length], vec![0_u64; length]);
        for mixed in hashes.iter().map(|&hash| self.mix(hash)) {
            for place in self.of(mixed) {
                counts[place] += 1;
                sums[place] ^= mixed;
            }
        }
        // Places that only one hash has are taken away with it, until none is left.
        let mut alone: Vec<usize> = (0..length).filter(|&place| counts[place] == 1).collect();
        let mut order = Vec::with_capacity(hashes.len());
        while let Some(place) = alone.pop() {
            if counts[place] != 1 {
                continue;
            }
            let mixed = sums[place];
            order.push((mixed, place));
            for other in self.of(mixed) {
                counts[other] -= 1;
                sums[other] ^= mixed;
                if counts[other] == 1 {
                    alone.push(other);
                }
            }
        }
        if order.len() != hashes.len() {
            return None;
        }
        let mut fingerprints = vec![0; length];
        for &(mixed, place) in order.iter().rev() {
            // The place's own is still zero.
            fingerprints[place] = self.of(mixed).iter().fold(fingerprint(mixed), |left, &place| left ^ fingerprints[place]);
        }
        Some(fingerprints)
    }

    fn filter(self, fingerprints: &[u8]) -> Filter {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + fingerprints.len());
        [self.seed, self.segment, self.segments].iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        bytes.extend_from_slice(fingerprints);
        Filter { bytes: bytes.into(), places: Some(self) }
    }
}

fn fingerprint(mixed: u64) -> u8 {
    (mixed ^ mixed >> 32) as u8
}

#[cfg(test)]
mod tests;
