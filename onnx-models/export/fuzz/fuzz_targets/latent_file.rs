//! A latent of any bytes is decoded or refused.

#![no_main]

use dragfx_export::latent_file::decode_latent;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = decode_latent(data);
});
