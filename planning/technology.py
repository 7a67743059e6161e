"""Which site counts for which technology: one answer for what-if, gaps, plan and coverage."""

from __future__ import annotations

from collections.abc import Sequence

from data.scenario.scenario import PlannedSite, Scenario
from geo.errors import InputError
from layers.registry import technology_of


def serves(preset: str, technology: str, *, five_g_counts_as_4g: bool) -> bool:
    """Return whether a site of a preset counts where a technology is asked for.

    Parameters
    ----------
    preset
        Key of the site's preset.
    technology
        ``4G`` or ``5G``; empty where none is asked for.
    five_g_counts_as_4g
        The option of the scenario: a 5G site also counts for 4G.

    Returns
    -------
    serves
        True where it counts.

    Examples
    --------
    >>> serves("5g_700", "4G", five_g_counts_as_4g=False)
    False
    >>> serves("5g_700", "4G", five_g_counts_as_4g=True)
    True
    """
    own = technology_of(preset)
    return technology in ("", own) or (five_g_counts_as_4g and (own, technology) == ("5G", "4G"))


def serving(
    sites: Sequence[PlannedSite], technology: str, *, five_g_counts_as_4g: bool
) -> tuple[PlannedSite, ...]:
    """Return the sites, those that do not serve a technology switched off: their numbers stay.

    Parameters
    ----------
    sites
        Sites of a scenario.
    technology, five_g_counts_as_4g
        As in :func:`serves`.

    Returns
    -------
    sites
        As many, in the same order.
    """
    return tuple(
        site
        if serves(site.preset, technology, five_g_counts_as_4g=five_g_counts_as_4g)
        else site.model_copy(update={"enabled": False})
        for site in sites
    )


def plan_presets(scenario: Scenario) -> tuple[str, ...]:
    """Return the presets of a plan that serve its villages, which lack 4G.

    Parameters
    ----------
    scenario
        The scenario whose plan is meant.

    Returns
    -------
    presets
        Keys in the order of the plan; one at least.

    Raises
    ------
    InputError
        If none does: a 5G site counts for 4G only where the scenario says so.
    """
    found = tuple(
        key
        for key in scenario.plan.presets
        if serves(key, "4G", five_g_counts_as_4g=scenario.five_g_counts_as_4g)
    )
    if not found:
        raise InputError("plan.five_g_only", presets=", ".join(scenario.plan.presets))
    return found
