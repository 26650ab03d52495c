namespace Tiphys.Api;

/// <summary>A list that protobuf wraps in a message of its own (one repeated field numbered 1), while JSON shows it as a plain list.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsMessageAttribute : Attribute;

/// <summary>Strategic merge patch replaces the message as a whole instead of merging into it (strategy <c>replace</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatchReplaceAttribute : Attribute;

/// <summary>JSON shows <c>kind</c> and <c>apiVersion</c> of the kinds in this list, which parts of an object otherwise leave out.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WithTypeMetaAttribute : Attribute;
