// What is asked of axe-core, in jsdom and in a browser alike.

// An expression for the page: the outcome of a run as JSON text.
export const AXE_RUN = `(() => {
    const brief = (rule) => ({
        id: rule.id,
        help: rule.help,
        count: rule.nodes.length,
        reasons: [...new Set(rule.nodes.flatMap((node) => node.any.map((check) => check.data?.messageKey)))],
        nodes: rule.nodes.slice(0, 5).map((node) => node.target.join(' ') + ': ' +
            [...node.any, ...node.all, ...node.none].map((check) => check.message).join('; ')),
    });
    return axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }).then((all) => JSON.stringify({
        passes: all.passes.map((rule) => rule.id),
        violations: all.violations.map(brief),
        incomplete: all.incomplete.map(brief),
    }));
})()`;

export function describe(rule) {
    return `axe ${rule.id} (${rule.count}; ${rule.reasons.join(" ")}): ${rule.help}\n    ${rule.nodes.join('\n    ')}`;
}
