//! Numbers of a drag as bytes that can be packed tightly, to the bit.
//!
//! The first `whole` numbers stand for themselves, and those after them come in blocks of `each`. A number of a block is
//! XORed with its predecessor, in the block before or, for the first block, at the beginning: what changes little leaves
//! zeros. Then come the first bytes of all numbers, their second ones, and so on.

/// The bytes.
pub(super) fn pack(numbers: &[f32], whole: usize, each: usize) -> Vec<u8> {
    let bits = |place: usize| numbers[place].to_bits();
    let differences: Vec<[u8; 4]> = (0..numbers.len())
        .map(|place| before(place, whole, each).map_or(bits(place), |before| bits(place) ^ bits(before)).to_be_bytes())
        .collect();
    (0..4).flat_map(|plane| differences.iter().map(move |bytes| bytes[plane])).collect()
}

/// The numbers that [`pack`] made these bytes of.
pub(super) fn unpack(planes: &[u8], whole: usize, each: usize) -> Vec<f32> {
    let count = planes.len() / 4;
    let mut numbers: Vec<u32> =
        (0..count).map(|place| u32::from_be_bytes([0, 1, 2, 3].map(|plane| planes[plane * count + place]))).collect();
    for place in 0..count {
        if let Some(before) = before(place, whole, each) {
            numbers[place] ^= numbers[before];
        }
    }
    numbers.into_iter().map(f32::from_bits).collect()
}

/// The place of a number's predecessor.
fn before(place: usize, whole: usize, each: usize) -> Option<usize> {
    match place.checked_sub(whole)? {
        first if first < each => Some(first),
        _ => Some(place - each),
    }
}
