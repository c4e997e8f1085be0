//! Settings of parameters, as `NAME=VALUE` or `NAME@FRAME=VALUE`.

use anyhow::{Context, Result, bail};
use ofx_host::Instance;

use crate::find::similar;

/// Sets a parameter of an instance.
pub(crate) fn apply(instance: &Instance, text: &str) -> Result<()> {
    let (name, time, value) = split(text)?;
    let params = &instance.description().params;
    let Some(param) = params.iter().find(|param| param.name == name) else {
        let names = params.iter().map(|param| param.name.clone());
        bail!("{} has no parameter `{name}`{}", instance.plugin().identifier(), similar(name, names));
    };
    let value = param.parse(value)?;
    match time {
        Some(time) => instance.set_at(name, time, value)?,
        None => instance.set(name, value)?,
    }
    Ok(())
}

fn split(text: &str) -> Result<(&str, Option<f64>, &str)> {
    let (name, value) = text.split_once('=').with_context(|| format!("`{text}` is not NAME=VALUE"))?;
    let Some((name, frame)) = name.split_once('@') else { return Ok((name, None, value)) };
    let frame = frame.parse().with_context(|| format!("`{frame}` in `{text}` is no frame"))?;
    Ok((name, Some(frame), value))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn settings_may_name_a_frame() {
        assert_eq!(split("a=b=c").unwrap(), ("a", None, "b=c"));
        assert_eq!(split("a@-1.5=2,3").unwrap(), ("a", Some(-1.5), "2,3"));
        assert!(split("a").is_err() && split("a@b=1").is_err());
    }
}
