"""`doctor`: what is well here, what is not, and the cure."""

from __future__ import annotations

from dataclasses import asdict

import click

from dscore.cli.output import PARTLY, Output, shared_options
from dscore.config import Library

MARKS = {"good": "ok  ", "fair": "look", "bad": "BAD "}


@click.command()
@shared_options
def doctor(library: Library, out: Output) -> None:
    """Look at this machine and this library: graphics card, CUDA, speed, BLIP, disks; each finding with its cure.

    It opens a real session and tries the tagger that ran last; that takes some seconds. Exit 1: something does not work.
    """
    from dscore.pipeline.doctor import Level, examine

    report = examine(library)
    lines = []
    for finding in report.findings:
        lines.append(f"{MARKS[finding.level]}  {finding.topic}: {finding.found}")
        if finding.cure:
            lines.append(f"      → {finding.cure}")
    findings = [asdict(finding) for finding in report.findings]
    tried = {"tried": asdict(report.tried), "captioning": asdict(report.captioning)}
    out.result({"worst": report.worst, "findings": findings, **tried}, lines)
    if report.worst is Level.BAD:
        raise click.exceptions.Exit(PARTLY)
