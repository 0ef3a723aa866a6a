"""`zalo-governor bench`: how good and how fast the rules are on labelled lines."""

from zalo_governor.cli.bench_content import content
from zalo_governor.cli.bench_invariants import invariants
from zalo_governor.cli.bench_names import names
from zalo_governor.cli.bench_trace import trace
from zalo_governor.cli.bench_vietnamese import vietnamese
from zalo_governor.cli.typer_vi import Terminal

bench = Terminal(help="Đo độ đúng và tốc độ của các quy tắc (cho người phát triển).", no_args_is_help=True)

bench.command("content")(content)
bench.command("invariants")(invariants)
bench.command("names")(names)
bench.command("trace")(trace)
bench.command("vietnamese")(vietnamese)
