from standoff.scenario import Scenario, SourceMap


def test_a_path_has_the_line_of_its_deepest_known_part(good: Scenario, good_text: str) -> None:
    line = good.source_map.find_line("stages.0.actions.mass.when")
    assert good_text.splitlines()[line - 1].strip() == "when: fleet < massed"
    assert good.source_map.find_line("stages.0.actions.mass.when.deeper.still") == line


def test_an_effect_written_without_a_list_has_its_line(good: Scenario) -> None:
    path = "stages.0.actions.mass.leads_to.0.fleet"
    assert good.source_map.find_written_path(path) == "stages.0.actions.mass.leads_to.fleet"
    assert good.source_map.find_line(path) == good.source_map.find_line("stages.0.actions.mass.leads_to")


def test_an_unknown_path_has_the_line_of_the_file(good: Scenario) -> None:
    assert good.source_map.find_line("nowhere.at.all") == 2
    assert SourceMap("x").find_line("nowhere") == 0


def test_a_problem_has_file_and_line(good: Scenario) -> None:
    problem = good.source_map.make_problem("code", "message", "state.fleet.start", "help")
    assert problem.file.endswith("good.yaml")
    assert problem.line == good.source_map.find_line("state.fleet")


def test_a_problem_under_an_override_names_it() -> None:
    source_map = SourceMap("x.yaml", {"a": 1, "a.b": 2}, {"a.b": "--set a.b=1"})
    assert str(source_map.make_problem("code", "message", "a.b.c")).startswith("--set a.b=1: code: message")
    assert source_map.make_problem("code", "message", "a.c").line == 1
