//! The instructions that import names and make objects of them: the ones that would execute code in Python.

use super::Machine;
use crate::checkpoint::error::{Kind, Result};
use crate::checkpoint::pickle::globals::{self, Role};
use crate::checkpoint::pickle::heap::{Id, Node};

/// Longest module or attribute name of an import.
const MAX_NAME: usize = 512;

impl Machine<'_, '_> {
    pub(super) fn global_lines(&mut self) -> Result<()> {
        let module = self.reader.line(MAX_NAME)?;
        let name = self.reader.line(MAX_NAME)?;
        self.global(&module, &name)
    }

    pub(super) fn global_stack(&mut self) -> Result<()> {
        let (name, module) = (self.pop()?, self.pop()?);
        let text = |id| self.heap.text(id).filter(|text| text.len() <= MAX_NAME).map(str::to_owned);
        match (text(module), text(name)) {
            (Some(module), Some(name)) => self.global(&module, &name),
            _ => Err(self.damaged("an import whose name is no text")),
        }
    }

    fn global(&mut self, module: &str, name: &str) -> Result<()> {
        let role = globals::role(module, name);
        self.new_node(Node::Global(format!("{module}.{name}").into(), role))
    }

    pub(super) fn reduce(&mut self) -> Result<()> {
        let (args, callee) = (self.pop()?, self.pop()?);
        let Node::Global(name, role) = self.heap.node(callee) else {
            return Err(self.damaged(&format!("a call of {}", self.heap.describe(callee))));
        };
        if *role == Role::Refuse {
            return Err(Kind::Forbidden { constructor: name.to_string(), offset: self.reader.offset() });
        }
        self.construct(callee, *role, args)
    }

    pub(super) fn new_object(&mut self, keywords: bool) -> Result<()> {
        if keywords {
            self.pop()?;
        }
        let (args, class) = (self.pop()?, self.pop()?);
        let Node::Global(_, role) = self.heap.node(class) else {
            return Err(self.damaged(&format!("an instance of {}", self.heap.describe(class))));
        };
        self.construct(class, *role, args)
    }

    fn construct(&mut self, callee: Id, role: Role, args: Id) -> Result<()> {
        let Node::Tuple(items) = self.heap.node(args) else {
            return Err(self.damaged("call arguments that are no tuple"));
        };
        let first = items.first().copied();
        let items = first.and_then(|first| self.heap.items(first)).unwrap_or(&[]);
        self.meter.work(1 + items.len() as u64 / 8)?;
        match role {
            Role::Dict => {
                let pair = |id| Some(<[Id; 2]>::try_from(self.heap.items(id)?).ok()?.into());
                let pairs = items.iter().filter_map(|id| pair(*id)).collect();
                self.new_node(Node::Dict(pairs))
            }
            Role::Set => self.new_node(Node::Set(items.to_vec())),
            Role::Sequence => self.new_node(Node::Tuple(items.into())),
            Role::Encode | Role::Bytes => self.encode(first),
            Role::Keep | Role::Refuse => self.new_node(Node::Call { callee, args, state: None }),
        }
    }

    /// Bytes of bytes, or of text that stands for bytes.
    fn encode(&mut self, first: Option<Id>) -> Result<()> {
        let node = match first.map(|id| (id, self.heap.node(id))) {
            None => Node::Bytes(Box::default()),
            Some((id, Node::Bytes(_) | Node::LongBytes(_))) => return self.push(id),
            Some((_, Node::Text(text))) => {
                let bytes: Option<Vec<u8>> = text.chars().map(|char| u8::try_from(char).ok()).collect();
                Node::Bytes(bytes.ok_or_else(|| self.damaged("text that stands for no bytes"))?.into())
            }
            Some((_, Node::LongText(view))) => {
                // Reading it costs time for each byte.
                self.meter.work(view.len() / 256)?;
                Node::LongBytes(Box::new(view.latin1(self.reader.source())?))
            }
            Some((id, _)) => return Err(self.damaged(&format!("bytes of {}", self.heap.describe(id)))),
        };
        self.new_node(node)
    }

    pub(super) fn build(&mut self) -> Result<()> {
        let new = self.pop()?;
        let top = self.top()?;
        match self.heap.node_mut(top) {
            Node::Call { state, .. } => *state = Some(new),
            // Attributes of a dictionary, such as the version numbers that PyTorch adds to a state_dict.
            Node::Dict(_) => {}
            _ => return Err(self.damaged("attributes for something that has none")),
        }
        Ok(())
    }
}
