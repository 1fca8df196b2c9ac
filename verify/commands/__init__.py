"""One command a module: `verify.commands.eta_max` holds `command`, a click command shown as `localpl eta-max`.

The first line of a module's docstring is the command's line in `localpl --help`, which reads it without importing
the module.
"""
