using System.Text.Json.Nodes;

namespace Tiphys.Kubectl.Printing.JsonPath;

/// <summary>One step of a JSONPath expression: from some values to others.</summary>
internal abstract record JsonPathStep;

/// <summary>A constant: text, number or boolean.</summary>
internal sealed record ConstantStep(JsonNode Value, bool IsText) : JsonPathStep;

/// <summary><c>.name</c> or <c>['name']</c>.</summary>
internal sealed record FieldStep(string Name) : JsonPathStep;

/// <summary><c>.*</c>.</summary>
internal sealed record WildcardStep : JsonPathStep;

/// <summary><c>..</c>.</summary>
internal sealed record RecursiveStep : JsonPathStep;

/// <summary><c>[from:to:step]</c> or, with one index, <c>[from]</c>.</summary>
internal sealed record SliceStep(int? From, int? To, int? Step, bool One) : JsonPathStep;

/// <summary><c>[a,b]</c>.</summary>
internal sealed record UnionStep(IReadOnlyList<IReadOnlyList<JsonPathStep>> Parts) : JsonPathStep;

/// <summary><c>[?(left operator right)]</c>; without an operator, that left exists.</summary>
internal sealed record FilterStep(IReadOnlyList<JsonPathStep> Left, string Operator, IReadOnlyList<JsonPathStep> Right) : JsonPathStep;

/// <summary><c>range</c> or <c>end</c>, or a word that is neither.</summary>
internal sealed record WordStep(string Word) : JsonPathStep;
