"""Names and goals of the benchmark's figures."""

Figures = dict[str, float | None]
"""Name of a figure -> measured value; None if this machine could not measure it."""

AT_LEAST = {
    # Ratios of processor time: wall time includes waiting for the simulator, and node uses a second core.
    "decode_cpu_ratio_1": 2.0,
    "decode_cpu_ratio_20": 2.0,
    "receive_cpu_ratio_1": 2.0,
    "pipeline_stub_per_s_1": 10_000.0,
    "pipeline_stub_per_s_20": 16_000.0,
    "pipeline_per_s": 4_000.0,
    "pipeline_share_of_rules": 0.7,
    "pipeline_share_of_rules_of_talk": 0.7,
}
AT_MOST = {
    "dm_latency_beside_files_ms_p99": 100.0,
    "large_photo_seconds": 10.0,
    "large_scan_seconds": 10.0,
    "large_archive_seconds": 10.0,
    "ledger_list_ms": 150.0,
    "ledger_us_bystander": 60.0,
    "ledger_growth_mb": 5.0,
    "receive_rss_share": 1 / 3,
    "rss_mb": 150.0,
    "rules_process_rss_mb": 100.0,
    "rss_growth": 1.05,
    "groups_latency_ms_p99": 60.0,
    "groups_rss_mb": 170.0,
    "groups_start_seconds": 5.0,
    "panel_ms_p95": 80.0,
    "panel_page_kb": 60.0,
    "panel_rss_mb": 90.0,
    "panel_flood_alert_ms_p99": 100.0,
    "scale_cpu_seconds_at_largest_to_10": 1.15,
    "scale_growth_mb_at_largest_to_10": 1.15,
    "scale_text_cpu_seconds_at_largest_to_10_slow": 1.15,
    "scale_growth_mb_at_largest_to_10_slow": 1.15,
    "scale_1000_10m_report_seconds": 0.5,
    "scale_100_10m_report_seconds": 0.5,
    "scale_100_10m_bot_rss_mb": 170.0,
    "scale_100_10m_start_seconds": 5.0,
    "scale_1000_10m_start_seconds": 5.0,
    "scale_100_10m_retention_seconds": 5.0,
    "scale_1000_10m_retention_seconds": 5.0,
    "start_seconds_1m": 3.0,
    "report_seconds_1m": 1.0,
    "report_faces_seconds_100k": 5.0,
    "report_faces_seconds_1000k": 30.0,
    "report_rss_mb": 300.0,
    "stop_seconds": 5.0,
}
_LATENCY_MS = 50.0
_SYNCS, _EXTRA_MS = 8, 30.0
"""On a slow disk the latency goal is this many syncs plus this many milliseconds."""


def goals(figures: Figures) -> dict[str, tuple[str, bool]]:
    """Return by name the goal as text and whether it was reached, for the measured figures that have a goal."""
    found = {}
    for name, value in figures.items():
        if value is None:
            continue
        if name in AT_LEAST:
            found[name] = f">= {AT_LEAST[name]:,g}", value >= AT_LEAST[name]
        elif name == "dm_latency_ms_p99":
            most = max(_LATENCY_MS, _SYNCS * (figures.get("sync_ms") or 0) + _EXTRA_MS)
            found[name] = f"<= {most:,.0f}", value <= most
        elif name in AT_MOST:
            found[name] = f"<= {AT_MOST[name]:,.3g}", value <= AT_MOST[name]
    return found
