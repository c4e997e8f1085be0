//! Paths in a document that moves to another folder.
//!
//! What is read stays the same file, and its path changes. What is written moves along with the document, and its path
//! stays: pictures that were to lie beside the document lie beside it again.

use std::path::{Component, Path, PathBuf};

use dragfx_graph::declare::Kind;
use dragfx_graph::document::{Document, Edit, Node};
use dragfx_graph::models::relative;
use dragfx_graph::param::{Param, ParamValue};

/// The edits that keep paths leading where they lead when a document moves from one folder to another. Absolute paths are
/// made relative if the document had no folder of its own until now.
pub(super) fn moved(document: &Document, from: &Path, to: &Path, is_new: bool) -> Vec<Edit> {
    let (from, to) = (whole(from), whole(to));
    if from == to && !is_new {
        return Vec::new();
    }
    let again = |path: &str| {
        let is_relative = Path::new(path).is_relative();
        let there =
            (!path.is_empty() && (is_relative || is_new)).then(|| relative(&straight(&from.join(path)), &to))?;
        (there != path).then_some(there)
    };
    let params = document.nodes().flat_map(|node| read_paths(node).map(move |(param, path)| (node.id, param, path)));
    let params = params.filter_map(|(node, param, path)| {
        let value = Some(Param::Constant(ParamValue::Text(again(path)?)));
        Some(Edit::SetParam { node, param: param.to_owned(), value })
    });
    let models = document.models().iter().filter_map(|(name, model)| {
        let path = Some(again(model.path.as_ref()?)?);
        let model = Some(dragfx_graph::models::ModelRef { path, ..model.clone() });
        Some(Edit::SetModel { name: name.clone(), model })
    });
    params.chain(models).collect()
}

/// The path of a file as a document in `folder` keeps it: relative, if the document has a name and there is a way.
pub(super) fn kept(path: &Path, folder: &Path, is_named: bool) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if is_named { relative(&path, &whole(folder)) } else { path.display().to_string() }
}

/// The files that a node reads, by its parameters.
fn read_paths(node: &Node) -> impl Iterator<Item = (&str, &str)> {
    let declared = node.decl().into_iter().flat_map(|decl| &decl.params);
    let reads = declared.filter(|param| matches!(param.kind, Kind::File { writes: false, .. }));
    reads.filter_map(|decl| match node.params.get(&*decl.id)? {
        Param::Constant(ParamValue::Text(path)) => Some((&*decl.id, &**path)),
        _ => None,
    })
}

/// A folder as it is called from the root on.
fn whole(folder: &Path) -> PathBuf {
    let absolute = || std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    folder.canonicalize().unwrap_or_else(|_| absolute())
}

/// A path without `..`. Where its beginning has no links, it leads to the same place.
fn straight(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut straight, part| {
        match part {
            Component::ParentDir => _ = straight.pop(),
            part => straight.push(part),
        }
        straight
    })
}

#[cfg(test)]
mod tests {
    use dragfx_graph::models::ModelRef;
    use dragfx_graph::registry::Registry;

    use super::*;

    /// A document that reads and writes files at `path`, and has a model there.
    fn document(path: &str) -> Document {
        let (registry, mut document) = (Registry::standard(), Document::default());
        for kind in ["read", "write"] {
            let mut node = document.new_node(registry.get(kind).expect("a standard node").clone());
            node.params.insert("file".to_owned(), Param::Constant(ParamValue::Text(path.to_owned())));
            document.apply(Edit::Insert(Box::new(node))).expect("a node");
        }
        let model = ModelRef { file: "cat.pkl".to_owned(), blake3: None, path: Some(path.to_owned()) };
        document.apply(Edit::SetModel { name: "cat".to_owned(), model: Some(model) }).expect("a model");
        document
    }

    /// What a document's Read node, Write node and model say after a move.
    fn after(path: &str, from: &str, to: &str, is_new: bool) -> [String; 3] {
        let root = tempfile::tempdir().expect("a folder");
        for folder in ["a/b", "c"] {
            std::fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        let root = root.path().canonicalize().expect("it is there");
        let mut document = document(&path.replace("ROOT", &root.display().to_string()));
        for edit in moved(&document, &root.join(from), &root.join(to), is_new) {
            document.apply(edit).expect("an edit");
        }
        let file = |node: &str| match &document.by_name(node).expect("the node").params["file"] {
            Param::Constant(ParamValue::Text(path)) => path.clone(),
            other => panic!("{other:?}"),
        };
        let all = [file("read1"), file("write1"), document.models()["cat"].path.clone().expect("a path")];
        all.map(|path| path.replace(&root.display().to_string(), "ROOT"))
    }

    #[test]
    fn what_is_read_stays_the_same_file_and_what_is_written_moves_along() {
        assert_eq!(after("x_####.png", "a", "a/b", false), ["../x_####.png", "x_####.png", "../x_####.png"]);
        assert_eq!(after("../c/x.png", "a", "c", false), ["x.png", "../c/x.png", "x.png"]);
        assert_eq!(after("ROOT/c/x.png", "a", "c", false), ["ROOT/c/x.png"; 3]);
        assert_eq!(after("ROOT/c/x.png", "a", "c", true), ["x.png", "ROOT/c/x.png", "x.png"]);
        assert_eq!(after("x.png", "a", "a", false), ["x.png"; 3]);
        assert_eq!(after("", "a", "c", false), [""; 3]);
    }
}
