//! What stands below each help text.

pub(super) const EXAMPLES: &str = "\
Examples:
  pgedge-tpl values --defaults
  pgedge-tpl explain gvc.locations
  pgedge-tpl render -f values.yaml | cpln apply -f -";

pub(super) const RENDER_EXAMPLES: &str = "\
Examples:
  pgedge-tpl render -f values.yaml | cpln apply -f -
  pgedge-tpl render -f base.yaml -f prod.yaml --set pgcat.maxReplicas=6
  pgedge-tpl render -f values.yaml --only gvc,workload/*-pgcat
  pgedge-tpl render -f values.yaml --output-dir manifests --redact";

pub(super) const LINT_EXAMPLES: &str = "\
Examples:
  pgedge-tpl lint -f values.yaml
  pgedge-tpl lint -f values.yaml -o github --deny-warnings
  pgedge-tpl lint -f values.yaml --allow single-replica,floating-image";

pub(super) const VALUES_EXAMPLES: &str = "\
Examples:
  pgedge-tpl values --defaults > values.yaml
  pgedge-tpl values -f base.yaml -f prod.yaml --origin
  pgedge-tpl values -f base.yaml -f prod.yaml --show-secrets > merged.yaml";

pub(super) const PLAN_EXAMPLES: &str = "\
A value is told as the cause of a change if putting it back undoes the change.
Secrets are never shown, only that they changed. What cannot be compared counts
as a difference. `pgedge-tpl explain plan` lists every RULE.

Examples:
  pgedge-tpl plan manifests -f values.yaml
  pgedge-tpl plan manifests -f values.yaml --deny-dangerous --exit-code
  pgedge-tpl plan main/manifests manifests -o markdown
  cpln workload get prod-pgedge --gvc prod -o yaml | pgedge-tpl plan - new.yaml";

pub(super) const TEST_EXAMPLES: &str = "\
A case is a values file, cases/NAME.yaml; NAME may have folders in it. Its
snapshot is snapshots/NAME.yaml: what render --redact prints for it; or, if it
is refused, snapshots/NAME.err: the problems. The first comment of a case can
hold flags, with files relative to it:
  # flags: --release prod -f ../base.yaml
A snapshot without a case fails, and so does a run without cases. Where the
environment variable CI is set, --update writes nothing.

Examples:
  pgedge-tpl test --update
  pgedge-tpl test
  pgedge-tpl test prod eu/staging --diff
  pgedge-tpl test --dir deploy/tests --update prod
  pgedge-tpl test --junit results.xml";

pub(super) const SCHEMA_EXAMPLES: &str = "\
An editor with yaml-language-server completes and checks your file if its first
line is that of `values --defaults` and the schema lies beside it.

Examples:
  pgedge-tpl schema > values.schema.json
  pgedge-tpl values --defaults > values.yaml";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  pgedge-tpl explain
  pgedge-tpl explain gvc.locations
  pgedge-tpl explain pgcat.defaultPoolSize -o json
  pgedge-tpl explain plan
  pgedge-tpl explain --templates";

pub(super) const NOTES_EXAMPLES: &str = "\
Examples:
  pgedge-tpl notes -f values.yaml
  pgedge-tpl notes -f values.yaml --only connect,restore
  pgedge-tpl notes -f values.yaml -o svg > cluster.svg
  pgedge-tpl notes iam-policy -f values.yaml > policy.json";

pub(super) const MIGRATE_EXAMPLES: &str = "\
What means the same stays byte for byte, comments too. Keys that mean nothing
here become comments with the reason.

Examples:
  pgedge-tpl migrate old.yaml > values.yaml
  pgedge-tpl migrate old.yaml --release prod --credentials-secret prod-login
  pgedge-tpl migrate old.yaml --release prod --gvc prod-gvc > values.yaml
  pgedge-tpl migrate old.yaml --check";

pub(super) const TEMPLATES_EXAMPLES: &str = "\
render --templates DIR takes the files of DIR in place of the built-in ones of
the same name: keep those that you change, and delete the others. Documents of
your own go into DIR/extra, as NAME.yaml.j2.

Examples:
  pgedge-tpl templates --export templates
  pgedge-tpl explain --templates";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  pgedge-tpl completions bash > /etc/bash_completion.d/pgedge-tpl
  pgedge-tpl completions zsh > ~/.zfunc/_pgedge-tpl
  pgedge-tpl completions fish > ~/.config/fish/completions/pgedge-tpl.fish
  pgedge-tpl completions powershell >> $PROFILE";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  pgedge-tpl man | man -l -
  pgedge-tpl man render > pgedge-tpl-render.1";
