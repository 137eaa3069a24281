"""How two ways to group the same relations compare."""
import collections


def pairs(groups):
    return sum(len(g) * (len(g) - 1) // 2 for g in groups)


def compare(truth, found):
    """truth, found: customer to group. Pairwise and cluster measures."""
    by_truth, by_found = (collections.defaultdict(set) for _ in range(2))
    both = collections.defaultdict(set)
    for customer, person in found.items():
        by_truth[truth[customer]].add(customer)
        by_found[person].add(customer)
        both[truth[customer], person].add(customer)
    right = pairs(both.values())
    precision = right / max(1, pairs(by_found.values()))
    recall = right / max(1, pairs(by_truth.values()))
    # B-cubed: how much of a relation's person is its own, and how much of its
    # own is in its person; the mean over relations.
    n = len(found)
    b_precision = sum(len(b) ** 2 / len(by_found[k[1]])
                      for k, b in both.items()) / n
    b_recall = sum(len(b) ** 2 / len(by_truth[k[0]])
                   for k, b in both.items()) / n
    exact = {frozenset(g) for g in by_truth.values()} & {
        frozenset(g) for g in by_found.values()}
    return {"relations": n, "persons": len(by_truth), "found": len(by_found),
            "true_pairs": pairs(by_truth.values()), "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / max(1e-9, precision + recall),
            "b3_precision": b_precision, "b3_recall": b_recall,
            "exact_clusters": len(exact) / len(by_truth)}
