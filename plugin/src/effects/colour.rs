//! How colours of the output are encoded: as the host says, as it is known to work, or as the user chooses.

use std::ffi::CStr;

use dragfx_graph::value::Transfer;
use ofx_sys as ofx;

use crate::effect::Wishes;
use crate::ffi::Result;
use crate::ffi::effect::{Descriptor, Instance};
use crate::ffi::host;
use crate::ffi::property::IfKnown as _;
use crate::params::{Kind, Spec};

/// The parameter's name.
pub const TRANSFER: &str = "transfer";

/// Choices, in an order that only ever grows at its end: hosts know them by their places.
const CHOICES: [&str; 3] = ["auto", "sRGB", "linear"];

/// What we make as it is, and what is nearest to it: the first is for hosts with the core colour spaces, the second for
/// those with the basic ones alone.
const OWN: [&CStr; 2] = [ofx::kOfxColourspaceSrgbTx, ofx::kOfxColourspaceOfxDisplaySdr];
/// The same in light, for hosts that would rather have that.
const LINEAR: [&CStr; 2] = [ofx::kOfxColourspaceLinRec709Srgb, ofx::kOfxColourspaceOfxSceneLinear];

/// Hosts that work in light and do not say so.
const LINEAR_HOSTS: [&str; 2] = ["natron", "nuke"];

/// The parameter.
#[must_use]
pub fn spec() -> Spec {
    let hint = "How the colours of the picture are encoded.\nauto: as the host says; where it does not, linear in Nuke and \
                Natron, and sRGB elsewhere.\nsRGB: as generators paint.\nlinear: proportional to light.";
    let options = CHOICES.map(str::to_owned).to_vec();
    Spec::new(TRANSFER, "Transfer", Kind::Choice { default: 0, options }, hint)
}

/// Says that the effect knows colour spaces.
///
/// # Errors
/// The host does not answer.
pub fn describe(descriptor: &Descriptor<'_>) -> Result<()> {
    let about = descriptor.properties()?;
    about
        .set_texts(ofx::kOfxImageEffectPropColourManagementStyle, &[ofx::kOfxImageEffectColourManagementCore])
        .if_known();
    about.set_texts(ofx::kOfxImageEffectPropColourManagementAvailableConfigs, &[ofx::kOfxConfigIdentifier]).if_known();
    Ok(())
}

/// Says in which colour spaces a clip had better come, if the instance has it: those that pictures can be laid over without
/// a change of colours.
pub fn wish(instance: &Instance<'_>, wishes: &Wishes<'_>, clip: &str) {
    if instance.clip(clip).is_ok() {
        wishes.colourspaces(clip, &[OWN[0], OWN[1], LINEAR[0], LINEAR[1]]);
    }
}

/// The encoding of a clip: what the user chose, else what the clip has, else what the host is known for.
///
/// # Errors
/// The host does not answer.
pub fn of_clip(instance: &Instance<'_>, clip: &str, time: f64) -> Result<Transfer> {
    match instance.params()?.int_or(TRANSFER, time, 0)? {
        1 => return Ok(Transfer::Srgb),
        2 => return Ok(Transfer::Linear),
        _ => {}
    }
    let space = instance.clip(clip)?.properties().text(ofx::kOfxImageClipPropColourspace, 0).unwrap_or_default();
    // The output may be said to be as a clip is.
    let space = match space.strip_prefix(REFERENCE) {
        Some(other) => {
            instance.clip(other)?.properties().text(ofx::kOfxImageClipPropColourspace, 0).unwrap_or_default()
        }
        None => space,
    };
    if space.is_empty() { Ok(usual(&host::current()?.name)) } else { Ok(of_space(&space)) }
}

/// A colour space that is a clip's.
const REFERENCE: &str = "OfxColourspace_";

/// The colour space of the output: that of the clip that the picture is laid over, whose colours must not change; else the
/// first that can be made of those that the host would like; else our own. What the user chose goes before all.
#[must_use]
pub fn output(instance: &Instance<'_>, under: Option<&str>, preferred: &[String]) -> String {
    let chosen = instance.params().and_then(|params| params.int_or(TRANSFER, 0.0, 0)).unwrap_or(0);
    let basic = instance.properties().is_ok_and(|about| {
        let style = about.text(ofx::kOfxImageEffectPropColourManagementStyle, 0).unwrap_or_default();
        style.as_bytes() == ofx::kOfxImageEffectColourManagementBasic.to_bytes()
    });
    let managed = |name: &&str| {
        let clip = instance.clip(name).ok().filter(|clip| clip.is_connected());
        let space = clip.and_then(|clip| clip.properties().text(ofx::kOfxImageClipPropColourspace, 0).ok());
        space.is_some_and(|space| !space.is_empty())
    };
    choose(chosen, basic, under.filter(managed), preferred)
}

fn choose(chosen: i32, basic: bool, under: Option<&str>, preferred: &[String]) -> String {
    let can: &[&CStr] = match (chosen, under) {
        (1, _) => &OWN,
        (2, _) => &LINEAR,
        (_, Some(under)) => return format!("{REFERENCE}{under}"),
        (_, None) => &[OWN[0], OWN[1], LINEAR[0], LINEAR[1]],
    };
    let known = |space: &&String| can.iter().any(|name| name.to_bytes() == space.as_bytes());
    let usual = || can[usize::from(basic)].to_string_lossy().into_owned();
    preferred.iter().find(known).map_or_else(usual, String::clone)
}

fn of_space(space: &str) -> Transfer {
    let linear = space.starts_with("lin_")
        || ["ACES2065-1", "ACEScg", "scene_linear", "ofx_scene_linear"].contains(&space)
        || space.eq_ignore_ascii_case("linear");
    if linear { Transfer::Linear } else { Transfer::Srgb }
}

fn usual(host: &str) -> Transfer {
    let host = host.to_ascii_lowercase();
    if LINEAR_HOSTS.iter().any(|name| host.contains(name)) { Transfer::Linear } else { Transfer::Srgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_hosts_have_an_encoding() {
        let spaces = [
            ("srgb_tx", Transfer::Srgb),
            ("ofx_display_sdr", Transfer::Srgb),
            ("rec1886_rec709_display", Transfer::Srgb),
            ("lin_rec709_srgb", Transfer::Linear),
            ("ACEScg", Transfer::Linear),
            ("ofx_scene_linear", Transfer::Linear),
            ("scene_linear", Transfer::Linear),
            ("ACEScct", Transfer::Srgb),
        ];
        for (space, expected) in spaces {
            assert_eq!(of_space(space), expected, "{space}");
        }
        let hosts = [
            ("fr.inria.Natron", Transfer::Linear),
            ("uk.co.thefoundry.nuke", Transfer::Linear),
            ("DaVinciResolve", Transfer::Srgb),
            ("", Transfer::Srgb),
        ];
        for (host, expected) in hosts {
            assert_eq!(usual(host), expected, "{host}");
        }
    }

    #[test]
    fn the_output_is_what_the_host_prefers_of_what_can_be_made() {
        type Row<'a> = (i32, bool, Option<&'a str>, &'a [&'a str], &'a str);
        let rows: [Row<'_>; 9] = [
            (0, false, None, &[], "srgb_tx"),
            (0, true, None, &[], "ofx_display_sdr"),
            (0, false, None, &["ACEScg", "lin_rec709_srgb", "srgb_tx"], "lin_rec709_srgb"),
            (0, true, None, &["ofx_scene_log", "ofx_scene_linear"], "ofx_scene_linear"),
            (0, false, Some("Source"), &["srgb_tx"], "OfxColourspace_Source"),
            (1, false, None, &["lin_rec709_srgb"], "srgb_tx"),
            (1, false, Some("Source"), &[], "srgb_tx"),
            (2, false, None, &["srgb_tx"], "lin_rec709_srgb"),
            (2, true, None, &["ofx_display_sdr"], "ofx_scene_linear"),
        ];
        for (chosen, basic, under, preferred, expected) in rows {
            let preferred: Vec<String> = preferred.iter().map(|&space| space.to_owned()).collect();
            let found = choose(chosen, basic, under, &preferred);
            assert_eq!(found, expected, "{chosen} {basic} {under:?} {preferred:?}");
        }
    }
}
